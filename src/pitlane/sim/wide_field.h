// A DistanceField for code that is compiled for AVX-512 or AVX2, and which of it runs.
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

/// What the camera is drawn with; the pixels are the same. kAvx2; kAvx512: F, BW, DQ and VL.
enum class CameraCode : std::uint8_t { kPortable, kAvx2, kAvx512 };
/// Whether this processor has the instructions, and this build has them.
bool runs_here(CameraCode code);
CameraCode fastest_code();

}  // namespace pitlane
