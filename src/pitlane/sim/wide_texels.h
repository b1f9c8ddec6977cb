// What a GroundTexture has at as many places as a register holds; see wide_lookup.h.
#pragma once

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

}  // namespace
}  // namespace pitlane
