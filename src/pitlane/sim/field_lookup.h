// Distances for a block of columns at once.
#pragma once

#include <cstdint>

#include "pitlane/sim/distance_field.h"
#include "pitlane/sim/ground_row.h"

namespace pitlane {

struct FieldExtent {  // in cells; beyond it, places count as on its edge
  float max_x, max_y;
  std::int32_t tiles_x;
};
FieldExtent extent_of(const DistanceField& field);

/// Where a block's columns are: their cells, the place within these, and the distances at the cells' corners.
struct alignas(64) FieldPlace {
  float fx[kBlock], fy[kBlock];
  std::int32_t cell_x[kBlock], cell_y[kBlock];
  std::int32_t tile[kBlock], corner[kBlock];
  std::int32_t low[kBlock], high[kBlock];  ///< two neighbouring corners each, 16 bits, millimetres
};

/// All of it but the distances, which fetch() adds: of a row's columns `u`, or of places in cells.
void locate(const GroundRow& row, const FieldExtent& extent, const float* u, FieldPlace& place);
void locate_places(const float* x, const float* y, const FieldExtent& extent, FieldPlace& place);
void fetch(const DistanceField& field, FieldPlace& place);

/// Millimetres, between the corners of column `k`.
inline float interpolate(const FieldPlace& place, int k) {
  const auto d00 = static_cast<float>((place.low[k] << 16) >> 16);
  const auto d10 = static_cast<float>(place.low[k] >> 16);
  const auto d01 = static_cast<float>((place.high[k] << 16) >> 16);
  const auto d11 = static_cast<float>(place.high[k] >> 16);
  const float low = d00 + place.fx[k] * (d10 - d00);
  const float high = d01 + place.fx[k] * (d11 - d01);
  return low + place.fy[k] * (high - low);
}

/// Of all columns.
void interpolate_all(const FieldPlace& place, float* distance_mm);

}  // namespace pitlane
