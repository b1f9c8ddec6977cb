// PyTorch flattens a picture channel by channel, Pitlane pixel by pixel: who reads such a vector must reorder its
// weights.
#pragma once

#include <cstdint>
#include <vector>

#include "pitlane/network/shape.h"

namespace pitlane {

/// What a vector is made of, in order: flattened pictures {H, W, C}, and other numbers {1, 1, n}.
class FeatureOrder {
 public:
  FeatureOrder() = default;
  static FeatureOrder of_numbers(std::int64_t count) { return FeatureOrder({{1, 1, count}}); }
  static FeatureOrder of_picture(const Shape& picture) { return FeatureOrder({picture}); }
  void append(const FeatureOrder& other);

  [[nodiscard]] bool same() const;  ///< both orders are one
  /// PyTorch's index of each of our elements.
  [[nodiscard]] std::vector<std::int64_t> torch_indices() const;
  /// Rows of that many numbers in PyTorch's order become rows in ours.
  void reorder(std::vector<float>& rows) const;
  bool operator==(const FeatureOrder&) const = default;

 private:
  explicit FeatureOrder(std::vector<Shape> parts) : parts_(std::move(parts)) {}
  std::vector<Shape> parts_;
};

}  // namespace pitlane
