// find_walls() with several rays in a register. Include avx512_lanes.h or avx2_lanes.h first; the operations are those
// of wall_finder.cpp.
#pragma once

#include <cstddef>

#include "pitlane/sim/wall_finder_wide.h"
#include "pitlane/sim/wide_lookup.h"

namespace pitlane {
namespace {

struct March {
  Reals dx, dy, cells, depth_per_m;  // cells: along the ray, per metre of depth
  Reals depth, gap_m, found;
  Lanes walking;
};

March start(const WideWalls& walls, std::size_t ray) {
  March m;
  m.dx = load(walls.dx + ray), m.dy = load(walls.dy + ray);
  m.cells = root(plus(times(m.dx, m.dx), times(m.dy, m.dy)));
  m.depth_per_m = over(all(kCellsPerMetre), m.cells);
  m.depth = all(0.F), m.gap_m = all(walls.start_gap_m), m.found = all(-1.F);
  m.walking = all_lanes();
  return m;
}

void walk(const WideField& field, const WideWalls& walls, March& m) {
  const Reals zero = all(0.F);
  const Reals step = times(most(magnitude(m.gap_m), all(kSmallestStep_m)), m.depth_per_m);
  const Reals next = plus(m.depth, step);
  const Reals distance =
      distance_at(field, plus(all(walls.eye_x), times(next, m.dx)), plus(all(walls.eye_y), times(next, m.dy)));
  const Reals next_gap = minus(times(all(0.001F), magnitude(distance)), all(walls.wall_m));
  const Lanes crossed = one_of(less(m.gap_m, zero), less(next_gap, zero));
  const Lanes hit = both(m.walking, crossed);
  const Reals share = over(m.gap_m, minus(m.gap_m, next_gap));
  m.found = where(hit, plus(m.depth, times(step, share)), m.found);
  m.walking = first_only(m.walking, crossed);
  m.depth = where(m.walking, next, m.depth);
  m.gap_m = where(m.walking, next_gap, m.gap_m);
  m.walking = both(m.walking, less(m.depth, all(walls.limit_m)));
}

// Walls seen head on are those whose distance to the line changes along the ray.
Reals facing(const WideField& field, const WideWalls& walls, const March& m) {
  const Reals x = plus(all(walls.eye_x), times(m.found, m.dx)), y = plus(all(walls.eye_y), times(m.found, m.dy));
  const Reals one = all(1.F);
  const Reals nx = minus(distance_at(field, plus(x, one), y), distance_at(field, minus(x, one), y));
  const Reals ny = minus(distance_at(field, x, plus(y, one)), distance_at(field, x, minus(y, one)));
  const Reals along = magnitude(plus(times(nx, m.dx), times(ny, m.dy)));
  const Reals longest = times(root(plus(times(nx, nx), times(ny, ny))), m.cells);
  return over(along, most(longest, all(kLeastFacing)));
}

void find_walls_in_lanes(const WideField& field, const WideWalls& walls) {
  // Several registers take turns: a step waits for memory that the step before named.
  constexpr std::size_t kAtOnce = 7 * kBlock / kLanes, kRays = kLanes;
  const std::size_t registers = walls.blocks * kBlock / kRays;
  March m[kAtOnce];
  for (std::size_t begin = 0; begin < registers; begin += kAtOnce) {
    const std::size_t count = registers - begin < kAtOnce ? registers - begin : kAtOnce;
    for (std::size_t i = 0; i < count; ++i) m[i] = start(walls, (begin + i) * kRays);
    for (bool go_on = true; go_on;) {
      go_on = false;
      for (std::size_t i = 0; i < count; ++i) {
        if (!any(m[i].walking)) continue;
        walk(field, walls, m[i]);
        go_on = go_on || any(m[i].walking);
      }
    }
    for (std::size_t i = 0; i < count; ++i) {
      const std::size_t at = (begin + i) * kRays;
      store(walls.depth_m + at, m[i].found);
      store(walls.facing + at, any(less(all(0.F), m[i].found)) ? facing(field, walls, m[i]) : all(0.F));
    }
  }
}

}  // namespace
}  // namespace pitlane
