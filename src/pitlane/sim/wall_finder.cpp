#include "pitlane/sim/wall_finder.h"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "pitlane/sim/vector_clones.h"

namespace pitlane {
namespace {

constexpr double kSmallestStep_m = 0.02;

struct Extent {
  double origin_x_m, origin_y_m, max_x, max_y;  // the last two in cells
  std::int32_t tiles_x;
};

struct alignas(64) Places {  // kBlock lookups of DistanceField::at() at once, with its operations
  double x[kBlock], y[kBlock];
  float fx[kBlock], fy[kBlock];
  std::int32_t tile[kBlock], corner[kBlock], low[kBlock], high[kBlock];
  float metres[kBlock];
};

PITLANE_VECTOR_CLONES
void locate(const Extent& extent, Places& p) {
  for (int k = 0; k < kBlock; ++k) {
    double cx = (p.x[k] - extent.origin_x_m) / DistanceField::kCell_m;
    double cy = (p.y[k] - extent.origin_y_m) / DistanceField::kCell_m;
    cx = cx > 0 ? cx : 0;
    cy = cy > 0 ? cy : 0;
    cx = cx < extent.max_x ? cx : extent.max_x;
    cy = cy < extent.max_y ? cy : extent.max_y;
    const auto ix = static_cast<std::int32_t>(cx);
    const auto iy = static_cast<std::int32_t>(cy);
    p.fx[k] = static_cast<float>(cx - ix);
    p.fy[k] = static_cast<float>(cy - iy);
    p.tile[k] = (iy >> 5) * extent.tiles_x + (ix >> 5);
    p.corner[k] = (iy & 31) * DistanceField::kTileStride + (ix & 31);
  }
}
static_assert(DistanceField::kTileCells == 32);

PITLANE_VECTOR_CLONES
void interpolate(Places& p) {
  for (int k = 0; k < kBlock; ++k) {
    const std::int32_t c0 = (p.low[k] << 16) >> 16, c1 = p.low[k] >> 16;
    const std::int32_t c2 = (p.high[k] << 16) >> 16, c3 = p.high[k] >> 16;
    const float low = static_cast<float>(c0) + p.fx[k] * static_cast<float>(c1 - c0);
    const float high = static_cast<float>(c2) + p.fx[k] * static_cast<float>(c3 - c2);
    p.metres[k] = 0.001F * (low + p.fy[k] * (high - low));
  }
}

class Lookup {
 public:
  explicit Lookup(const DistanceField& field)
      : tile_start_(field.tile_start().data()),
        corners_(field.corners().data()),
        extent_{field.origin_x_m(), field.origin_y_m(), field.tiles_x() * double{DistanceField::kTileCells} - 0.01,
                field.tiles_y() * double{DistanceField::kTileCells} - 0.01, field.tiles_x()} {}

  void run(Places& p) const {
    locate(extent_, p);
    for (int k = 0; k < kBlock; ++k) {
      const std::int16_t* corner = corners_ + tile_start_[p.tile[k]] + p.corner[k];
      std::memcpy(&p.low[k], corner, sizeof p.low[k]);
      std::memcpy(&p.high[k], corner + DistanceField::kTileStride, sizeof p.high[k]);
    }
    interpolate(p);
  }

 private:
  const std::int32_t* tile_start_;
  const std::int16_t* corners_;
  Extent extent_;
};

struct alignas(64) March {
  double metres[kBlock];  // walked per unit of depth
  double depth[kBlock], gap_m[kBlock], step[kBlock], found[kBlock];
  std::int64_t walking[kBlock];
};

PITLANE_VECTOR_CLONES
void step(const WallRays& rays, double limit, March& m, Places& p) {
  for (int k = 0; k < kBlock; ++k) {
    m.walking[k] = m.walking[k] != 0 && m.depth[k] < limit ? 1 : 0;
    const double gap = m.gap_m[k] < 0 ? -m.gap_m[k] : m.gap_m[k];
    m.step[k] = (gap > kSmallestStep_m ? gap : kSmallestStep_m) / m.metres[k];
    const double next = m.depth[k] + m.step[k];
    p.x[k] = rays.eye_x_m + next * rays.dx[k];
    p.y[k] = rays.eye_y_m + next * rays.dy[k];
  }
}

PITLANE_VECTOR_CLONES
void arrive(const Places& p, double wall_m, March& m) {
  for (int k = 0; k < kBlock; ++k) {
    const float away = p.metres[k] < 0 ? -p.metres[k] : p.metres[k];
    const double gap = m.gap_m[k], next_gap = away - wall_m;
    const bool crossed = (gap < 0) != (next_gap < 0);
    const bool hit = m.walking[k] != 0 && crossed;
    const double between = crossed ? gap - next_gap : 1;  // never 0 where it matters
    m.found[k] = hit ? m.depth[k] + m.step[k] * gap / between : m.found[k];
    m.walking[k] = hit ? 0 : m.walking[k];
    m.depth[k] = m.walking[k] != 0 ? m.depth[k] + m.step[k] : m.depth[k];
    m.gap_m[k] = m.walking[k] != 0 ? next_gap : gap;
  }
}

bool anyone_walks(const March& m) {
  return std::any_of(std::begin(m.walking), std::end(m.walking), [](std::int64_t walking) { return walking != 0; });
}

// Walls seen head on are those whose distance to the line changes along the ray.
void see_facing(const Lookup& lookup, const WallRays& rays, const March& m, WallHits& hits) {
  constexpr double e = DistanceField::kCell_m;
  Places p;
  const auto at = [&](double side_x, double side_y, float* metres) {
    for (int k = 0; k < kBlock; ++k) {
      p.x[k] = rays.eye_x_m + hits.depth[k] * rays.dx[k] + side_x;
      p.y[k] = rays.eye_y_m + hits.depth[k] * rays.dy[k] + side_y;
    }
    lookup.run(p);
    std::copy(std::begin(p.metres), std::end(p.metres), metres);
  };
  float left[kBlock], right[kBlock], below[kBlock], above[kBlock];
  at(-e, 0, left);
  at(e, 0, right);
  at(0, -e, below);
  at(0, e, above);
  for (int k = 0; k < kBlock; ++k) {
    const double nx = right[k] - left[k], ny = above[k] - below[k];
    hits.facing[k] = std::abs(nx * rays.dx[k] + ny * rays.dy[k]) / std::max(std::hypot(nx, ny) * m.metres[k], 1e-9);
  }
}

}  // namespace

void find_walls(const DistanceField& field, const WallRays& rays, double wall_m, double limit, WallHits& hits) {
  const Lookup lookup(field);
  March m;
  Places p;
  const double start_gap_m = std::abs(field.at(rays.eye_x_m, rays.eye_y_m)) - wall_m;
  for (int k = 0; k < kBlock; ++k) {
    m.metres[k] = std::hypot(rays.dx[k], rays.dy[k]);
    m.depth[k] = 0;
    m.gap_m[k] = start_gap_m;
    m.found[k] = -1;
    m.walking[k] = 1;
  }
  for (;;) {
    step(rays, limit, m, p);
    if (!anyone_walks(m)) break;
    lookup.run(p);
    arrive(p, wall_m, m);
  }
  std::copy(std::begin(m.found), std::end(m.found), hits.depth);
  if (std::any_of(std::begin(m.found), std::end(m.found), [](double depth) { return depth > 0; }))
    see_facing(lookup, rays, m, hits);
}

}  // namespace pitlane
