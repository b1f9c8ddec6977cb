// Distribution of an activation, and the range that 8 bits should cover.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "pitlane/network/network.h"

namespace pitlane {

struct ActivationRange {
  float low = 0, high = 0;  ///< zero always lies inside
  void include(float value);
};

/// Equal bins over a range that is known beforehand and not empty; values outside go to the outermost bins.
class Histogram {
 public:
  explicit Histogram(ActivationRange range);

  void add(std::span<const float> values);
  /// Leaves out a share of 1 - percentile at each end.
  [[nodiscard]] ActivationRange percentile_range(double percentile) const;
  /// `limit` with its ends drawn in, first the upper, then the lower one, each by the whole percents (at most 80) that
  /// give the smallest mean |error|^3 of 256 levels, clipping included. Squares clip more than a driver can bear: the
  /// largest activations are rare, and stand in the sharpest turns. (Norms between 2 and 4 are the family of Nahshan et
  /// al., "Loss Aware Post-training Quantization", 2019; the power was chosen on a trained PilotNet: same mean error in
  /// its outputs as with squares, less than half the largest one in steering.)
  [[nodiscard]] ActivationRange smallest_error_range(ActivationRange limit) const;

 private:
  [[nodiscard]] double centre(std::size_t bin) const;
  [[nodiscard]] double cubed_error(ActivationRange range) const;
  void draw_in(ActivationRange& range, float ActivationRange::*end) const;

  ActivationRange range_;
  std::vector<std::int64_t> bins_;
};

/// False for a range too narrow for a scale (below about 3e-36): nothing but zeros.
bool has_levels(ActivationRange range);

/// scale = (high - low) / 255, or 1 without levels; zero is a whole level, so padding and ReLU's zeros stay exact.
ActivationQuantization quantization_of(ActivationRange range);

}  // namespace pitlane
