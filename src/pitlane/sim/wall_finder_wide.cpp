// The operations are those of wall_finder.cpp.
#include "pitlane/sim/wall_finder_wide.h"

#ifdef PITLANE_WIDE_FIELD
#include "pitlane/sim/wide_lookup.h"
#endif

namespace pitlane {

#ifdef PITLANE_WIDE_FIELD
namespace {

struct March {
  __m512 dx, dy, cells, depth_per_m;  // cells: along the ray, per metre of depth
  __m512 depth, gap_m, found;
  __mmask16 walking;
};

March start(const WideWalls& walls, std::size_t block) {
  March m;
  m.dx = _mm512_loadu_ps(walls.dx + block * kBlock), m.dy = _mm512_loadu_ps(walls.dy + block * kBlock);
  m.cells = _mm512_sqrt_ps(plus(times(m.dx, m.dx), times(m.dy, m.dy)));
  m.depth_per_m = _mm512_div_ps(all(kCellsPerMetre), m.cells);
  m.depth = all(0.F), m.gap_m = all(walls.start_gap_m), m.found = all(-1.F);
  m.walking = 0xFFFF;
  return m;
}

void walk(const WideField& field, const WideWalls& walls, March& m) {
  const __m512 zero = all(0.F);
  const __m512 step = times(_mm512_max_ps(_mm512_abs_ps(m.gap_m), all(kSmallestStep_m)), m.depth_per_m);
  const __m512 next = plus(m.depth, step);
  const __m512 distance =
      distance_at(field, plus(all(walls.eye_x), times(next, m.dx)), plus(all(walls.eye_y), times(next, m.dy)));
  const __m512 next_gap = minus(times(all(0.001F), _mm512_abs_ps(distance)), all(walls.wall_m));
  const __mmask16 crossed =
      _mm512_cmp_ps_mask(m.gap_m, zero, _CMP_LT_OQ) ^ _mm512_cmp_ps_mask(next_gap, zero, _CMP_LT_OQ);
  const __mmask16 hit = m.walking & crossed;
  const __m512 share = _mm512_div_ps(m.gap_m, minus(m.gap_m, next_gap));
  m.found = _mm512_mask_mov_ps(m.found, hit, plus(m.depth, times(step, share)));
  m.walking = static_cast<__mmask16>(m.walking & ~crossed);
  m.depth = _mm512_mask_mov_ps(m.depth, m.walking, next);
  m.gap_m = _mm512_mask_mov_ps(m.gap_m, m.walking, next_gap);
  m.walking &= _mm512_cmp_ps_mask(m.depth, all(walls.limit_m), _CMP_LT_OQ);
}

// Walls seen head on are those whose distance to the line changes along the ray.
__m512 facing(const WideField& field, const WideWalls& walls, const March& m) {
  const __m512 x = plus(all(walls.eye_x), times(m.found, m.dx)), y = plus(all(walls.eye_y), times(m.found, m.dy));
  const __m512 one = all(1.F);
  const __m512 nx = minus(distance_at(field, plus(x, one), y), distance_at(field, minus(x, one), y));
  const __m512 ny = minus(distance_at(field, x, plus(y, one)), distance_at(field, x, minus(y, one)));
  const __m512 along = _mm512_abs_ps(plus(times(nx, m.dx), times(ny, m.dy)));
  const __m512 most = times(_mm512_sqrt_ps(plus(times(nx, nx), times(ny, ny))), m.cells);
  return _mm512_div_ps(along, _mm512_max_ps(most, all(kLeastFacing)));
}

}  // namespace

void find_walls_wide(const WideField& field, const WideWalls& walls) {
  // Several blocks take turns: a step waits for memory that the step before named.
  constexpr std::size_t kAtOnce = 7;
  March m[kAtOnce];
  for (std::size_t begin = 0; begin < walls.blocks; begin += kAtOnce) {
    const std::size_t count = walls.blocks - begin < kAtOnce ? walls.blocks - begin : kAtOnce;
    for (std::size_t i = 0; i < count; ++i) m[i] = start(walls, begin + i);
    for (bool any = true; any;) {
      any = false;
      for (std::size_t i = 0; i < count; ++i) {
        if (m[i].walking == 0) continue;
        walk(field, walls, m[i]);
        any = any || m[i].walking != 0;
      }
    }
    for (std::size_t i = 0; i < count; ++i) {
      const std::size_t at = (begin + i) * kBlock;
      _mm512_storeu_ps(walls.depth_m + at, m[i].found);
      const __mmask16 found = _mm512_cmp_ps_mask(m[i].found, all(0.F), _CMP_GT_OQ);
      _mm512_storeu_ps(walls.facing + at, found != 0 ? facing(field, walls, m[i]) : all(0.F));
    }
  }
}

#else

void find_walls_wide(const WideField&, const WideWalls&) {}

#endif

}  // namespace pitlane
