// ASIMD of Armv8.0: vectors of four floats, no halves. Internal linkage.
#pragma once

#include <arm_neon.h>

#include "pitlane/kernels/kernel_args.h"

namespace pitlane::kernels {
namespace {

/// Element-wise and float part, shared by all aarch64 levels.
struct NeonFloat {
  static constexpr int kLanes = 4;
  using F = float32x4_t;
  using I = int32x4_t;
  using HalfF = float32x2_t;  ///< never used: the layouts have no half vectors

  static constexpr PanelLayout kConvF32{4, 8, 1, false, false};
  static constexpr PanelLayout kDenseF32{4, 16, 1, false, false};
  /// Sums, a block of inputs a pixel and a weight vector or two must fit 32 registers.
  static constexpr int conv_f32_pixels(int halves) { return halves > 6 ? 5 : halves > 4 ? 6 : halves > 2 ? 8 : 12; }

  /// One load brings four inputs, which FMLA takes lane by lane.
  static constexpr int kBlock = 4;
  using Block = F;
  static Block load_block(const float* p) { return vld1q_f32(p); }
  template <int Lane>
  static F fma_lane(Block x, F w, F sum) {
    return vfmaq_laneq_f32(sum, w, x, Lane);
  }

  static F load(const float* p) { return vld1q_f32(p); }
  static F load(const std::uint16_t* p) { return vcvt_f32_f16(vreinterpret_f16_u16(vld1_u16(p))); }
  static F load(const Bf16* p) {
    return vreinterpretq_f32_u32(vshll_n_u16(vld1_u16(reinterpret_cast<const std::uint16_t*>(p)), 16));
  }
  static void store(float* p, F v) { vst1q_f32(p, v); }
  static F load_u8(const std::uint8_t* p) {
    std::uint32_t four;
    __builtin_memcpy(&four, p, 4);
    return vcvtq_f32_u32(vmovl_u16(vget_low_u16(vmovl_u8(vcreate_u8(four)))));
  }
  static void store_u8(std::uint8_t* p, I v) {
    const std::uint32_t four = bytes(v);
    __builtin_memcpy(p, &four, 4);
  }
  static F set(float v) { return vdupq_n_f32(v); }
  static I set_int(std::int32_t v) { return vdupq_n_s32(v); }
  static I load_int(const std::int32_t* p) { return vld1q_s32(p); }
  static F add(F a, F b) { return vaddq_f32(a, b); }
  static F sub(F a, F b) { return vsubq_f32(a, b); }
  static F mul(F a, F b) { return vmulq_f32(a, b); }
  static F div(F a, F b) { return vdivq_f32(a, b); }
  /// By comparison: FMAX and FMIN treat NaN and zeros otherwise than the other levels.
  static F max(F a, F b) { return vbslq_f32(vcgtq_f32(a, b), a, b); }
  static F min(F a, F b) { return vbslq_f32(vcltq_f32(a, b), a, b); }
  static F fma(F a, F b, F c) { return vfmaq_f32(c, a, b); }
  static F if_positive(F x, F a, F b) { return vbslq_f32(vcgtzq_f32(x), a, b); }
  static I bits(F v) { return vreinterpretq_s32_f32(v); }
  static F from_bits(I v) { return vreinterpretq_f32_s32(v); }
  static I add_int(I a, I b) { return vaddq_s32(a, b); }
  static I and_int(I a, I b) { return vandq_s32(a, b); }
  static I max_int(I a, I b) { return vmaxq_s32(a, b); }
  static I exponent(I v) { return vshlq_n_s32(v, 23); }
  static F to_float(I v) { return vcvtq_f32_s32(v); }

  static void store_first(float* p, F v, int count) {
    if (count >= 4) return vst1q_f32(p, v);
    float lanes[4];
    vst1q_f32(lanes, v);
    for (int i = 0; i < count; ++i) p[i] = lanes[i];
  }
  static void store_first_u8(std::uint8_t* p, I v, int count) {
    if (count >= 4) return store_u8(p, v);
    std::uint32_t left = bytes(v);
    for (int i = 0; i < count; ++i, left >>= 8) p[i] = static_cast<std::uint8_t>(left);
  }

 private:
  /// The low bytes of the four lanes.
  static std::uint32_t bytes(I v) {
    const int16x4_t words = vmovn_s32(v);
    return vget_lane_u32(vreinterpret_u32_s8(vmovn_s16(vcombine_s16(words, words))), 0);
  }
};

/// Names that the bodies ask for. Nothing uses them: the layouts have no half vectors.
struct NeonNoHalf {
  using I = int32x4_t;
  using Weights = int8x16_t;
};

/// What the signed products of all aarch64 levels share: no instruction of theirs multiplies u8 by s8, so inputs lose
/// 128 by a flip of their top bit, and sums begin 128 * (sum of weights) higher (PanelLayout::signed_inputs).
struct NeonSigned : NeonFloat {
  using Input = std::uint8_t;
  using Weight = std::int8_t;
  using Half = NeonNoHalf;
  using Weights = int8x16_t;
  /// Sixteen inputs, less 128: four groups, which are used one after the other.
  using ByteBlock = int8x16_t;

  static int8x16_t flip(uint8x16_t x) { return vreinterpretq_s8_u8(veorq_u8(x, vdupq_n_u8(0x80))); }
  static ByteBlock load_block(const std::uint8_t* p) { return flip(vld1q_u8(p)); }
  /// One group of four inputs, over and over.
  static int8x16_t load_group(const std::uint8_t* p) {
    std::uint32_t four;
    __builtin_memcpy(&four, p, 4);
    return flip(vreinterpretq_u8_u32(vdupq_n_u32(four)));
  }
  static Weights load_weights(const std::int8_t* p) { return vld1q_s8(p); }
};

/// Integer part without dot product. Two products of s8, at most 2 * 128 * 127, fit 16 bits; SMULL and SMLAL2 add
/// inputs 0 and 1 (and 2 and 3) of four outputs, SADALP adds both pairs to the 32-bit sums.
struct Neon : NeonSigned {
  using Inputs = int8x16_t;  ///< inputs 0 and 2 four times, then 1 and 3
  static constexpr PanelLayout kConvI8{4, 6, 4, true, false, false, true};
  static constexpr PanelLayout kDenseI8{4, 16, 4, true, false, false, true};
  /// Sums, a block of inputs a pixel, four table indices, weights and products must fit 32 registers.
  static constexpr int conv_i8_pixels(int halves) { return halves > 4 ? 5 : halves > 2 ? 6 : 8; }

  template <int Group>
  static Inputs group(ByteBlock x) {
    constexpr std::uint8_t k = 4 * Group;
    constexpr std::uint8_t kPlaces[16] = {k,     k + 2, k,     k + 2, k,     k + 2, k,     k + 2,
                                          k + 1, k + 3, k + 1, k + 3, k + 1, k + 3, k + 1, k + 3};
    return vqtbl1q_s8(x, vld1q_u8(kPlaces));
  }
  static Inputs load_inputs(const std::uint8_t* p) { return group<0>(load_group(p)); }
  static I dot(I sum, Inputs x, Weights w) {
    const int16x8_t pairs = vmlal_high_s8(vmull_s8(vget_low_s8(x), vget_low_s8(w)), x, w);
    return vpadalq_s16(sum, pairs);
  }
  /// Step by step for all vectors, because processors that execute in order would wait for each of the three.
  template <int V>
  [[gnu::always_inline]] static void dots(I (&sum)[V], Inputs x, const Weights (&w)[V]) {
    int16x8_t pairs[V];
    for (int v = 0; v < V; ++v) pairs[v] = vmull_s8(vget_low_s8(x), vget_low_s8(w[v]));
    for (int v = 0; v < V; ++v) pairs[v] = vmlal_high_s8(pairs[v], x, w[v]);
    for (int v = 0; v < V; ++v) sum[v] = vpadalq_s16(sum[v], pairs[v]);
  }
};

}  // namespace
}  // namespace pitlane::kernels
