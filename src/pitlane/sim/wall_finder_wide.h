// find_walls() on AVX-512 and AVX2, and what all ways of it know.
#pragma once

#include <cstddef>

#include "pitlane/sim/ground_row.h"
#include "pitlane/sim/wide_field.h"

namespace pitlane {

inline constexpr float kSmallestStep_m = 0.02F;
inline constexpr float kCellsPerMetre = static_cast<float>(1 / DistanceField::kCell_m);
inline constexpr float kLeastFacing = 1e-9F;  // what facing is divided by

/// Plain pointers, see WideField; `blocks` of kBlock rays.
struct WideWalls {
  float eye_x = 0, eye_y = 0, wall_m = 0, limit_m = 0, start_gap_m = 0;
  const float *dx = nullptr, *dy = nullptr;
  std::size_t blocks = 0;
  float *depth_m = nullptr, *facing = nullptr;
};

/// Only where runs_here().
void find_walls_avx512(const WideField& field, const WideWalls& walls);
void find_walls_avx2(const WideField& field, const WideWalls& walls);

}  // namespace pitlane
