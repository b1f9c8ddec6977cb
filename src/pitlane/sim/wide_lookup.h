// Distances of as many places at once as a register holds. Include avx512_lanes.h or avx2_lanes.h first; the
// operations, and so the bits, are those of field_lookup.h.
#pragma once

#include "pitlane/sim/wide_field.h"

namespace pitlane {
namespace {  // each file has its own copy, so that none is given to code for other processors

inline Reals between(Reals a, Reals b, Reals share) { return plus(a, times(share, minus(b, a))); }
/// A NaN becomes 0.
inline Reals clamp(Reals v, float highest) { return least(most(v, all(0.F)), all(highest)); }

/// Four corners of a cell.
struct Corners {
  Reals low, low_next, high, high_next;
};
inline Reals bilinear(const Corners& c, Reals fx, Reals fy) {
  return between(between(c.low, c.low_next, fx), between(c.high, c.high_next, fx), fy);
}

/// Two neighbours of 16 bits in each lane, and the two below.
struct Pairs {
  Wholes low, high;
};
inline Corners distances(const Pairs& pairs) {
  const auto first = [](Wholes pair) { return real(down<16>(up<16>(pair))); };
  const auto second = [](Wholes pair) { return real(down<16>(pair)); };
  return {first(pairs.low), second(pairs.low), first(pairs.high), second(pairs.high)};
}

/// Where the tiles of cells within the field begin.
inline Wholes tile_begin(const WideField& field, Wholes ix, Wholes iy) {
  return gather<4>(field.tile_start, plus(times(down<5>(iy), all(field.tiles_x)), down<5>(ix)));
}
/// The first corner of each cell in its tile.
inline Wholes corner_in_tile(Wholes ix, Wholes iy) {
  static_assert(DistanceField::kTileCells == 32 && DistanceField::kTileStride == 33);
  const Wholes row = common_bits(iy, all(31));
  return plus(plus(up<5>(row), row), common_bits(ix, all(31)));
}
inline Pairs pairs_at(const WideField& field, Wholes corner) {
  return {gather<2>(field.corners, corner), gather<2>(field.corners, plus(corner, all(DistanceField::kTileStride)))};
}
/// Of cells within the field.
inline Pairs field_pairs(const WideField& field, Wholes ix, Wholes iy) {
  return pairs_at(field, plus(tile_begin(field, ix, iy), corner_in_tile(ix, iy)));
}

/// Millimetres at places that are first moved into the field.
inline Reals distance_at(const WideField& field, Reals x, Reals y) {
  x = clamp(x, field.max_x), y = clamp(y, field.max_y);
  const Wholes ix = whole(x), iy = whole(y);
  return bilinear(distances(field_pairs(field, ix, iy)), fraction(x, ix), fraction(y, iy));
}

}  // namespace
}  // namespace pitlane
