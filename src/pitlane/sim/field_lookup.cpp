#include "pitlane/sim/field_lookup.h"

#include <cstring>

#include "pitlane/core/vector_clones.h"

namespace pitlane {
namespace {

std::int32_t load_pair(const std::int16_t* from) {
  std::int32_t pair;
  std::memcpy(&pair, from, sizeof pair);
  return pair;
}

static_assert(DistanceField::kTileCells == 32, "locate() knows this number");

}  // namespace

FieldExtent extent_of(const DistanceField& field) {
  return {static_cast<float>(field.tiles_x() * DistanceField::kTileCells) - 0.01F,
          static_cast<float>(field.tiles_y() * DistanceField::kTileCells) - 0.01F, field.tiles_x()};
}

PITLANE_VECTOR_CLONES
void locate(const GroundRow& row, const FieldExtent& extent, const float* __restrict u, FieldPlace& place) {
  float x[kBlock], y[kBlock];
  for (int k = 0; k < kBlock; ++k) x[k] = row.x0 + u[k] * row.dx, y[k] = row.y0 + u[k] * row.dy;
  locate_places(x, y, extent, place);
}

// Loops with constant bounds vectorise best.
PITLANE_VECTOR_CLONES
void locate_places(const float* __restrict places_x, const float* __restrict places_y, const FieldExtent& extent,
                   FieldPlace& place) {
  for (int k = 0; k < kBlock; ++k) {
    float x = places_x[k], y = places_y[k];
    x = x > 0 ? x : 0;  // a NaN becomes 0 as well
    y = y > 0 ? y : 0;
    x = x < extent.max_x ? x : extent.max_x;
    y = y < extent.max_y ? y : extent.max_y;
    const auto ix = static_cast<std::int32_t>(x);
    const auto iy = static_cast<std::int32_t>(y);
    place.fx[k] = x - static_cast<float>(ix);
    place.fy[k] = y - static_cast<float>(iy);
    place.cell_x[k] = ix;
    place.cell_y[k] = iy;
    place.tile[k] = (iy >> 5) * extent.tiles_x + (ix >> 5);
    place.corner[k] = (iy & 31) * DistanceField::kTileStride + (ix & 31);
  }
}

void fetch(const DistanceField& field, FieldPlace& place) {
  const std::int32_t* tile_start = field.tile_start().data();
  const std::int16_t* corners = field.corners().data();
  for (int k = 0; k < kBlock; ++k) {
    const std::int16_t* corner = corners + tile_start[place.tile[k]] + place.corner[k];
    place.low[k] = load_pair(corner);
    place.high[k] = load_pair(corner + DistanceField::kTileStride);
  }
}

PITLANE_VECTOR_CLONES
void interpolate_all(const FieldPlace& place, float* __restrict distance_mm) {
  for (int k = 0; k < kBlock; ++k) distance_mm[k] = interpolate(place, k);
}

}  // namespace pitlane
