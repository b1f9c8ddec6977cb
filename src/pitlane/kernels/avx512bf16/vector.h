// AVX-512 with BF16: vdpbf16ps multiplies pairs of bfloat16 and adds both products to a binary32 sum.
#pragma once

#include "pitlane/kernels/avx512/vector.h"
#include "pitlane/kernels/panels.h"

namespace pitlane::kernels {
namespace {

/// Steps of two bfloat16, see conv_f32_body.h.
struct Bf16Steps : Avx512Float {
  using Conv = ConvBf16;
  using Input = std::uint16_t;
  using Weight = std::uint16_t;
  using Weights = __m512bh;
  using HalfWeights = __m256bh;
  static constexpr int kStep = 2;
  static constexpr PanelLayout kConvLayout{16, 8, 2, false, true};

  static Weights repeat(const std::uint16_t* input) {
    std::int32_t two;
    __builtin_memcpy(&two, input, 4);
    return reinterpret_cast<Weights>(_mm512_set1_epi32(two));
  }
  static Weights load_weights(const std::uint16_t* p) { return reinterpret_cast<Weights>(_mm512_loadu_si512(p)); }
  static HalfWeights load_half_weights(const std::uint16_t* p) {
    return reinterpret_cast<HalfWeights>(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(p)));
  }
  static F dot(F sum, Weights x, Weights w) { return _mm512_dpbf16_ps(sum, x, w); }
  static HalfF dot_half(HalfF sum, Weights x, HalfWeights w) {
    return _mm256_dpbf16_ps(sum, reinterpret_cast<HalfWeights>(_mm512_castsi512_si256(reinterpret_cast<__m512i>(x))),
                            w);
  }
};

/// Rounds what the convolution reads of its input, and fills up with zeros: a number behind the last one is multiplied
/// with zero, which NaN would survive.
[[maybe_unused]] inline void narrow_input(const ConvBf16& c) {
  const std::ptrdiff_t count = elements_read(c.geometry);
  const std::ptrdiff_t all = count / 64 * 64 + 64;
  for (std::ptrdiff_t i = 0; i < all; i += 16) {
    const std::ptrdiff_t left = count - i;
    const auto valid = static_cast<__mmask16>(left >= 16 ? 0xFFFFU : left <= 0 ? 0U : (1U << left) - 1U);
    const __m256bh narrow = _mm512_cvtneps_pbh(_mm512_maskz_loadu_ps(valid, c.input + i));
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(c.narrow_input + i), reinterpret_cast<__m256i>(narrow));
  }
}

}  // namespace
}  // namespace pitlane::kernels
