// A DistanceField for code that is compiled for AVX-512.
#pragma once

#include <cstdint>

#include "pitlane/sim/distance_field.h"

namespace pitlane {

/// Plain pointers and numbers: code that is compiled for one processor must not leave a copy of a container's functions
/// that the linker gives to all.
struct WideField {
  const std::int32_t* tile_start = nullptr;
  const std::int16_t* corners = nullptr;
  std::int32_t tiles_x = 0;
  float max_x = 0, max_y = 0;  ///< FieldExtent
};
WideField wide_field(const DistanceField& field);

/// Whether this processor has what the functions named `_wide` of this module need, and this build has them: AVX-512 F,
/// BW, DQ and VL.
bool has_wide_field();

}  // namespace pitlane
