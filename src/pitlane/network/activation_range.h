// The range of an activation, and the 8-bit grid over it.
#pragma once

#include "pitlane/network/network.h"

namespace pitlane {

struct ActivationRange {
  float low = 0, high = 0;  ///< zero always lies inside
  void include(float value);
};

/// False for a range too narrow for a scale (below about 3e-36): nothing but zeros.
bool has_levels(ActivationRange range);

/// scale = (high - low) / 255, or 1 without levels; zero is a whole level, so padding and ReLU's zeros stay exact.
ActivationQuantization quantization_of(ActivationRange range);

/// What the grid's 256 levels cover.
ActivationRange range_of(const ActivationQuantization& quantization);

}  // namespace pitlane
