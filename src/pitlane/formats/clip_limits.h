// Which limits of min, max and clip are meant. We have no such operators: x is moved to where ReLU cuts and back, and
// beside a large limit small numbers would lose their digits.
#pragma once

#include <cmath>
#include <limits>

#include "pitlane/network/builder.h"

namespace pitlane {

/// The largest number of half precision: exporters write limits there to guard it, and larger ones for "none".
inline constexpr float kGuardLimit = 65504;

inline bool is_guard_above(float limit) { return limit >= kGuardLimit; }
inline bool is_guard_below(float limit) { return limit <= -kGuardLimit; }

/// Says in the network's metadata that a guard was left out, unless it stood for "none".
inline void note_guard(NetworkBuilder& builder, float limit) {
  if (std::abs(limit) < std::numeric_limits<float>::max())
    builder.metadata("limits left out", "those of 65504 and beyond, which guard half precision");
}

}  // namespace pitlane
