#include "pitlane/sim/wall_finder.h"

#include <algorithm>
#include <cmath>

#include "pitlane/core/result.h"
#include "pitlane/core/vector_clones.h"
#include "pitlane/sim/field_lookup.h"
#include "pitlane/sim/wall_finder_wide.h"

namespace pitlane {
namespace {

struct alignas(64) March {
  float dx[kBlock], dy[kBlock];
  float cells[kBlock], depth_per_m[kBlock];  // cells: along the ray, per metre of depth
  float depth[kBlock], gap_m[kBlock], step[kBlock], found[kBlock];
  std::int32_t walking[kBlock];
  float x[kBlock], y[kBlock], distance_mm[kBlock];
};

PITLANE_VECTOR_CLONES
void begin(const float* __restrict dx, const float* __restrict dy, float gap_m, March& m) {
  for (int k = 0; k < kBlock; ++k) {
    m.dx[k] = dx[k], m.dy[k] = dy[k];
    m.cells[k] = __builtin_sqrtf(dx[k] * dx[k] + dy[k] * dy[k]);
    m.depth_per_m[k] = kCellsPerMetre / m.cells[k];
    m.depth[k] = 0;
    m.gap_m[k] = gap_m;
    m.found[k] = -1;
    m.walking[k] = 1;
  }
}

PITLANE_VECTOR_CLONES
void step(float eye_x, float eye_y, March& m) {
  for (int k = 0; k < kBlock; ++k) {
    const float gap = m.gap_m[k] < 0 ? -m.gap_m[k] : m.gap_m[k];
    m.step[k] = (gap > kSmallestStep_m ? gap : kSmallestStep_m) * m.depth_per_m[k];
    const float next = m.depth[k] + m.step[k];
    m.x[k] = eye_x + next * m.dx[k];
    m.y[k] = eye_y + next * m.dy[k];
  }
}

PITLANE_VECTOR_CLONES
void arrive(float wall_m, float limit_m, March& m) {
  for (int k = 0; k < kBlock; ++k) {
    const float away = m.distance_mm[k] < 0 ? -m.distance_mm[k] : m.distance_mm[k];
    const float gap = m.gap_m[k], next_gap = 0.001F * away - wall_m;
    const bool crossed = (gap < 0) != (next_gap < 0);
    const bool hit = (m.walking[k] != 0) & crossed;
    const float between = crossed ? gap - next_gap : 1;  // never 0 where it matters
    const float next = m.depth[k] + m.step[k];
    const bool goes_on = (m.walking[k] != 0) & !crossed;
    m.found[k] = hit ? m.depth[k] + m.step[k] * (gap / between) : m.found[k];
    m.depth[k] = goes_on ? next : m.depth[k];
    m.gap_m[k] = goes_on ? next_gap : gap;
    m.walking[k] = (goes_on & (m.depth[k] < limit_m)) ? 1 : 0;
  }
}

// Of the places x, y.
void look_up(const DistanceField& field, const FieldExtent& extent, March& m) {
  FieldPlace place;
  locate_places(m.x, m.y, extent, place);
  fetch(field, place);
  interpolate_all(place, m.distance_mm);
}

bool anyone_walks(const March& m) {
  return std::any_of(std::begin(m.walking), std::end(m.walking), [](std::int32_t walking) { return walking != 0; });
}

// Walls seen head on are those whose distance to the line changes along the ray.
void see_facing(const DistanceField& field, const FieldExtent& extent, const WallRays& rays, March& m, float* facing) {
  const auto at = [&](float side_x, float side_y, float* distance_mm) {
    for (int k = 0; k < kBlock; ++k) {
      m.x[k] = rays.eye_x + m.found[k] * m.dx[k] + side_x;
      m.y[k] = rays.eye_y + m.found[k] * m.dy[k] + side_y;
    }
    look_up(field, extent, m);
    std::copy(std::begin(m.distance_mm), std::end(m.distance_mm), distance_mm);
  };
  float left[kBlock], right[kBlock], below[kBlock], above[kBlock];
  at(-1, 0, left);
  at(1, 0, right);
  at(0, -1, below);
  at(0, 1, above);
  for (int k = 0; k < kBlock; ++k) {
    const float nx = right[k] - left[k], ny = above[k] - below[k];
    const float most = std::sqrt(nx * nx + ny * ny) * m.cells[k];
    facing[k] = std::abs(nx * m.dx[k] + ny * m.dy[k]) / (most > kLeastFacing ? most : kLeastFacing);
  }
}

float start_gap_m(const DistanceField& field, const WallRays& rays, float wall_m) {
  const double x_m = field.origin_x_m() + double{rays.eye_x} * DistanceField::kCell_m;
  const double y_m = field.origin_y_m() + double{rays.eye_y} * DistanceField::kCell_m;
  return std::abs(field.at(x_m, y_m)) - wall_m;
}

void make_room(const WallRays& rays, WallHits& hits) {
  PITLANE_CHECK(rays.dx.size() % kBlock == 0 && rays.dy.size() == rays.dx.size());
  hits.depth_m.resize(rays.dx.size());
  hits.facing.resize(rays.dx.size());
}

void find_walls_portably(const DistanceField& field, const WallRays& rays, float wall_m, float limit_m,
                         WallHits& hits) {
  const FieldExtent extent = extent_of(field);
  const float gap_m = start_gap_m(field, rays, wall_m);
  March m;
  for (std::size_t start = 0; start < rays.dx.size(); start += kBlock) {
    begin(&rays.dx[start], &rays.dy[start], gap_m, m);
    while (anyone_walks(m)) {
      step(rays.eye_x, rays.eye_y, m);
      look_up(field, extent, m);
      arrive(wall_m, limit_m, m);
    }
    std::copy(std::begin(m.found), std::end(m.found), &hits.depth_m[start]);
    std::fill_n(&hits.facing[start], kBlock, 0.F);
    if (std::any_of(std::begin(m.found), std::end(m.found), [](float depth) { return depth > 0; }))
      see_facing(field, extent, rays, m, &hits.facing[start]);
  }
}

}  // namespace

void find_walls(const DistanceField& field, const WallRays& rays, float wall_m, float limit_m, WallHits& hits,
                CameraCode code) {
  make_room(rays, hits);
  if (code == CameraCode::kPortable) return find_walls_portably(field, rays, wall_m, limit_m, hits);
  WideWalls walls{rays.eye_x, rays.eye_y, wall_m, limit_m, start_gap_m(field, rays, wall_m)};
  walls.dx = rays.dx.data(), walls.dy = rays.dy.data();
  walls.blocks = rays.dx.size() / kBlock;
  walls.depth_m = hits.depth_m.data(), walls.facing = hits.facing.data();
  (code == CameraCode::kAvx512 ? find_walls_avx512 : find_walls_avx2)(wide_field(field), walls);
}

}  // namespace pitlane
