// What there is to know of a row's blocks before they are painted, and what a GroundTexture has at as many places as a
// register holds; see wide_lookup.h.
#pragma once

#include <array>
#include <cstddef>
#include <utility>

#include "pitlane/sim/ground_texture.h"
#include "pitlane/sim/ground_wide.h"
#include "pitlane/sim/wide_lookup.h"

namespace pitlane {
namespace {

constexpr int kTexelMask = GroundTexture::kCells - 1;
constexpr int kTexelStride = GroundTexture::kStride;

/// Byte `byte` of each lane, with its sign.
template <unsigned byte>
Reals signed_byte(Wholes v) {
  return real(down<24>(up<24 - 8 * byte>(v)));
}

/// `kind`: a GroundTexture::Kind, its place among the pairs.
template <int kind>
Corners texels(const Pairs& pairs) {
  return {signed_byte<kind>(pairs.low), signed_byte<kind + 2>(pairs.low), signed_byte<kind>(pairs.high),
          signed_byte<kind + 2>(pairs.high)};
}

inline Wholes texel_place(Wholes ix, Wholes iy) {
  static_assert(kTexelStride == 128 + 8);
  const Wholes row = common_bits(iy, all(kTexelMask));
  return plus(plus(up<7>(row), up<3>(row)), common_bits(ix, all(kTexelMask)));
}

inline Pairs texel_pairs(const WideGround& ground, Wholes ix, Wholes iy) {
  const Wholes at = texel_place(ix, iy);
  return {gather<2>(ground.texel_pairs, at), gather<2>(ground.texel_pairs, plus(at, all(kTexelStride)))};
}

constexpr int kWindowX = 7, kWindowY = 3;  // cells: with their far corners they fit into 4 rows of 8
static_assert(kBlock == 16 && DistanceField::kTileCells == 32);

constexpr std::size_t kRegisters = kBlock / kLanes;
template <typename Value>
using OfBlock = std::array<Value, kRegisters>;

/// `of(i)` of each register of a block. Stage by stage through all of them, not one register after the other: a
/// processor looks only so far ahead for what it can do while a result is on its way.
template <typename Of>
auto each(const Of& of) -> OfBlock<decltype(of(0))> {
  return [&]<std::size_t... i>(std::index_sequence<i...>)->OfBlock<decltype(of(0))> { return {of(i)...}; }
  (std::make_index_sequence<kRegisters>());
}

// What there is to know of a row's blocks, 16 of them, before they are painted.
struct alignas(64) Survey {
  std::int32_t ground[kBlock];
  // Of the window that begins at the lowest cell: less_window is what in_window() adds, texel and corner where it
  // begins in the textures and in the field.
  std::int32_t less_window[kBlock], texel[kBlock], corner[kBlock];
  std::int32_t less_close[kBlock];  // what note_close() makes of them, and `close`
  std::uint32_t narrow, one_tile;   // a bit for each block; one_tile: all its cells lie in one tile of the field
  std::uint32_t close;
};
static_assert(offsetof(Survey, less_close) % 64 == 0);  // as store_aligned() wants all of the arrays

// Which cells the columns of each block touch; 0 where not all of them are inside the field.
struct BlockCells {
  Lanes inside;
  Wholes x, y, end_x, end_y;
};

// The element of a window that is each lane's: ix + 8 iy, less the window's own place.
inline Wholes in_window(Wholes ix, Wholes iy, std::int32_t less_window) {
  return plus(plus(ix, up<3>(iy)), all(less_window));
}

}  // namespace
}  // namespace pitlane
