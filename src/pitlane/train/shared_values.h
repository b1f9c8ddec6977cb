// Weights that share few values, and learn together.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "pitlane/train/adam.h"

namespace pitlane {

/// Which of at most 256 values each element of one tensor has (Han, Mao and Dally, "Deep Compression", ICLR 2016).
class SharedValues {
 public:
  static constexpr std::size_t kMost = 256;

  /// From the numbers alone. There are none where the elements have more than kMost values.
  void find(std::span<const float> values, int threads);

  [[nodiscard]] bool empty() const { return group_.empty(); }

  /// adam_update() of each value, whose gradient is the sum over its elements; the same for any number of threads. The
  /// moments are kept at the first element of each value and nowhere else: elements that are equal stay equal. `keep`
  /// is empty, or the same for all elements of a value. Not to be called where empty().
  void update(std::span<float> values, std::span<const float> gradient, AdamMoments& moments,
              std::span<const std::uint8_t> keep, const AdamStep& step, int threads) const;

 private:
  [[nodiscard]] std::vector<float> sums(std::span<const float> gradient, int threads) const;

  std::vector<std::uint8_t> group_;  // by element
  std::vector<std::size_t> first_;   // by group: its first element
};

}  // namespace pitlane
