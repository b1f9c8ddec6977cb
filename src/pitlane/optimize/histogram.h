// Distribution of an activation, and the range that 8 bits should cover.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "pitlane/network/activation_range.h"

namespace pitlane {

/// Equal bins over a range that is known beforehand and not empty; values outside go to the outermost bins.
class Histogram {
 public:
  explicit Histogram(ActivationRange range);

  void add(std::span<const float> values);
  /// Leaves out a share of 1 - percentile at each end.
  [[nodiscard]] ActivationRange percentile_range(double percentile) const;
  /// `limit` with its ends drawn in, first the upper, then the lower one, each by the whole percents (at most 80) that
  /// give the smallest mean |error|^power of 256 levels, clipping included. `power` is 2 or 3. Squares clip more than a
  /// driver can bear: the largest activations are rare, and stand in the sharpest turns. (Norms between 2 and 4 are the
  /// family of Nahshan et al., "Loss Aware Post-training Quantization", 2019; 3 was chosen on a trained PilotNet: same
  /// mean error in its outputs as with squares, less than half the largest one in steering.)
  [[nodiscard]] ActivationRange smallest_error_range(ActivationRange limit, int power) const;
  /// `limit` with both ends drawn in alike by the whole percents (at most 80) that lose the least information: smallest
  /// Kullback-Leibler divergence of what 256 levels tell apart from what is there, with what is clipped counted at the
  /// ends (Migacz, "8-bit Inference with TensorRT", GTC 2017). Zeros do not count: a grid holds them exactly whatever
  /// it covers, and behind ReLU they would outweigh all that it does not.
  [[nodiscard]] ActivationRange smallest_divergence_range(ActivationRange limit) const;
  /// The divergence itself; infinite where a level would have to stand for what it never saw.
  [[nodiscard]] double divergence(ActivationRange range) const;

 private:
  [[nodiscard]] std::size_t bin_of(double value) const;
  [[nodiscard]] double centre(std::size_t bin) const;
  [[nodiscard]] double error(ActivationRange range, int power) const;
  void draw_in(ActivationRange& range, float ActivationRange::*end, int power) const;

  ActivationRange range_;
  std::vector<std::int64_t> bins_;
  std::int64_t zeros_ = 0;  // also in the bin around them
};

}  // namespace pitlane
