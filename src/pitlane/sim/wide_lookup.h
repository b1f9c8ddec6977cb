// Distances of 16 places at once on AVX-512. For files that are compiled for it; the operations, and so the bits, are
// those of field_lookup.h.
#pragma once

#include <immintrin.h>

#include "pitlane/sim/wide_field.h"

namespace pitlane {
namespace {  // each file has its own copy, so that none is given to code for other processors

inline __m512 all(float value) { return _mm512_set1_ps(value); }
inline __m512i all(std::int32_t value) { return _mm512_set1_epi32(value); }
inline __m512 plus(__m512 a, __m512 b) { return _mm512_add_ps(a, b); }
inline __m512 minus(__m512 a, __m512 b) { return _mm512_sub_ps(a, b); }
inline __m512 times(__m512 a, __m512 b) { return _mm512_mul_ps(a, b); }
inline __m512 between(__m512 a, __m512 b, __m512 share) { return plus(a, times(share, minus(b, a))); }
inline __m512 real(__m512i whole) { return _mm512_cvtepi32_ps(whole); }
/// A NaN becomes 0.
inline __m512 clamp(__m512 v, float most) { return _mm512_min_ps(_mm512_max_ps(v, all(0.F)), all(most)); }

/// Four corners of a cell.
struct Corners {
  __m512 low, low_next, high, high_next;
};
inline __m512 bilinear(const Corners& c, __m512 fx, __m512 fy) {
  return between(between(c.low, c.low_next, fx), between(c.high, c.high_next, fx), fy);
}

/// Two neighbours of 16 bits in each lane, and the two below.
struct Pairs {
  __m512i low, high;
};
inline Corners distances(const Pairs& pairs) {
  const auto first = [](__m512i pair) { return real(_mm512_srai_epi32(_mm512_slli_epi32(pair, 16), 16)); };
  const auto second = [](__m512i pair) { return real(_mm512_srai_epi32(pair, 16)); };
  return {first(pairs.low), second(pairs.low), first(pairs.high), second(pairs.high)};
}

/// Where the tiles of cells within the field begin.
inline __m512i tile_begin(const WideField& field, __m512i ix, __m512i iy) {
  const __m512i tile =
      _mm512_add_epi32(_mm512_mullo_epi32(_mm512_srai_epi32(iy, 5), all(field.tiles_x)), _mm512_srai_epi32(ix, 5));
  return _mm512_i32gather_epi32(tile, field.tile_start, 4);
}
/// The first corner of each cell in its tile.
inline __m512i corner_in_tile(__m512i ix, __m512i iy) {
  static_assert(DistanceField::kTileCells == 32 && DistanceField::kTileStride == 33);
  const __m512i down = _mm512_and_epi32(iy, all(31));
  return _mm512_add_epi32(_mm512_add_epi32(_mm512_slli_epi32(down, 5), down), _mm512_and_epi32(ix, all(31)));
}
inline Pairs pairs_at(const WideField& field, __m512i corner) {
  return {_mm512_i32gather_epi32(corner, field.corners, 2),
          _mm512_i32gather_epi32(_mm512_add_epi32(corner, all(DistanceField::kTileStride)), field.corners, 2)};
}
/// Of cells within the field.
inline Pairs field_pairs(const WideField& field, __m512i ix, __m512i iy) {
  return pairs_at(field, _mm512_add_epi32(tile_begin(field, ix, iy), corner_in_tile(ix, iy)));
}

/// What is left of a number that is not negative without its whole part, exactly.
inline __m512 fraction(__m512 v) { return _mm512_reduce_ps(v, _MM_FROUND_TO_ZERO | _MM_FROUND_NO_EXC); }

/// Millimetres at places that are first moved into the field.
inline __m512 distance_at(const WideField& field, __m512 x, __m512 y) {
  x = clamp(x, field.max_x), y = clamp(y, field.max_y);
  const __m512i ix = _mm512_cvttps_epi32(x), iy = _mm512_cvttps_epi32(y);
  return bilinear(distances(field_pairs(field, ix, iy)), fraction(x), fraction(y));
}

}  // namespace
}  // namespace pitlane
