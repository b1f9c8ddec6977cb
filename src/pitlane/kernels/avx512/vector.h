// AVX-512 F/BW/DQ/VL: vectors of sixteen floats, halves of eight. Internal linkage.
#pragma once

#include <immintrin.h>

#include "pitlane/kernels/avx2/vector.h"
#include "pitlane/kernels/kernel_args.h"

namespace pitlane::kernels {
namespace {

/// Element-wise and float part, shared by both AVX-512 levels.
struct Avx512Float {
  static constexpr int kLanes = 16;
  static constexpr int kBlock = 1;  ///< each input is loaded into all lanes by itself
  using F = __m512;
  using I = __m512i;
  using HalfF = __m256;

  static constexpr PanelLayout kConvF32{16, 8, 1, false, true};
  static constexpr PanelLayout kDenseF32{16, 16, 1, false, false};
  /// Sums, one weight vector each and one input must fit 32 registers.
  static constexpr int conv_f32_pixels(int halves) { return halves > 6 ? 6 : halves > 2 ? 8 : 12; }

  /// Writes the numbers of those that are not zero (NaN is not) and returns their count.
  static int find_active(const float* values, int count, std::int32_t* active) {
    I number = _mm512_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
    int found = 0;
    for (int i = 0; i < count; i += 16) {
      const auto valid = static_cast<__mmask16>(count - i >= 16 ? 0xFFFFU : (1U << (count - i)) - 1U);
      const F v = _mm512_maskz_loadu_ps(valid, values + i);
      const __mmask16 nonzero = _mm512_cmp_ps_mask(v, _mm512_setzero_ps(), _CMP_NEQ_UQ);
      _mm512_storeu_si512(active + found, _mm512_maskz_compress_epi32(nonzero, number));
      found += __builtin_popcount(nonzero);
      number = _mm512_add_epi32(number, _mm512_set1_epi32(16));
    }
    return found;
  }

  static F load(const float* p) { return _mm512_loadu_ps(p); }
  static F load(const std::uint16_t* p) {
    return _mm512_cvtph_ps(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(p)));
  }
  static F load(const Bf16* p) {
    const __m256i upper = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(p));
    return _mm512_castsi512_ps(_mm512_slli_epi32(_mm512_cvtepu16_epi32(upper), 16));
  }
  static void store(float* p, F v) { _mm512_storeu_ps(p, v); }
  static F load_u8(const std::uint8_t* p) {
    return _mm512_cvtepi32_ps(_mm512_cvtepu8_epi32(_mm_loadu_si128(reinterpret_cast<const __m128i*>(p))));
  }
  static void store_u8(std::uint8_t* p, I v) {
    _mm_storeu_si128(reinterpret_cast<__m128i*>(p), _mm512_cvtepi32_epi8(v));
  }
  static F set(float v) { return _mm512_set1_ps(v); }
  static I set_int(std::int32_t v) { return _mm512_set1_epi32(v); }
  static I load_int(const std::int32_t* p) { return _mm512_loadu_si512(p); }
  static F add(F a, F b) { return _mm512_add_ps(a, b); }
  static F sub(F a, F b) { return _mm512_sub_ps(a, b); }
  static F mul(F a, F b) { return _mm512_mul_ps(a, b); }
  static F div(F a, F b) { return _mm512_div_ps(a, b); }
  static F max(F a, F b) { return _mm512_max_ps(a, b); }
  static F min(F a, F b) { return _mm512_min_ps(a, b); }
  static F fma(F a, F b, F c) { return _mm512_fmadd_ps(a, b, c); }
  static F if_positive(F x, F a, F b) {
    return _mm512_mask_blend_ps(_mm512_cmp_ps_mask(x, _mm512_setzero_ps(), _CMP_GT_OQ), b, a);
  }
  static I bits(F v) { return _mm512_castps_si512(v); }
  static F from_bits(I v) { return _mm512_castsi512_ps(v); }
  static I add_int(I a, I b) { return _mm512_add_epi32(a, b); }
  static I and_int(I a, I b) { return _mm512_and_si512(a, b); }
  static I max_int(I a, I b) { return _mm512_max_epi32(a, b); }
  static I exponent(I v) { return _mm512_slli_epi32(v, 23); }
  static F to_float(I v) { return _mm512_cvtepi32_ps(v); }

  static void store_first(float* p, F v, int count) {
    if (count >= 16) return _mm512_storeu_ps(p, v);
    _mm512_mask_storeu_ps(p, static_cast<__mmask16>((1U << count) - 1U), v);
  }
  static void store_first_u8(std::uint8_t* p, I v, int count) {
    const __m128i bytes = _mm512_cvtepi32_epi8(v);
    if (count >= 16) return _mm_storeu_si128(reinterpret_cast<__m128i*>(p), bytes);
    store_bytes(p, bytes, count);
    if (count > 8) store_bytes(p + 8, _mm_srli_si128(bytes, 8), count - 8);
  }

  static HalfF load_half(const float* p) { return _mm256_loadu_ps(p); }
  static HalfF low(F v) { return _mm512_castps512_ps256(v); }
  static HalfF fma_half(HalfF a, HalfF b, HalfF c) { return _mm256_fmadd_ps(a, b, c); }
  static HalfF max_half(HalfF a, HalfF b) { return _mm256_max_ps(a, b); }
  static void store_first_half(float* p, HalfF v, int count) {
    if (count >= 8) return _mm256_storeu_ps(p, v);
    _mm256_mask_storeu_ps(p, static_cast<__mmask8>((1U << count) - 1U), v);
  }
};

/// Integer part without VNNI: 16-bit pairs, as in Avx2.
struct Avx512 : Avx512Float {
  using Input = std::uint8_t;
  using Weight = std::int8_t;
  using Half = Avx2;
  struct Inputs {
    I even, odd;
  };
  struct Weights {
    I even, odd;
  };
  static constexpr PanelLayout kConvI8{16, 6, 4, true, true};
  static constexpr PanelLayout kDenseI8{16, 16, 4, true, false};
  static constexpr int conv_i8_pixels(int halves) { return halves > 4 ? 6 : 8; }

  static Inputs load_inputs(const std::uint8_t* p) {
    std::int32_t four;
    __builtin_memcpy(&four, p, 4);
    const I x = _mm512_set1_epi32(four);
    return {_mm512_and_si512(x, _mm512_set1_epi16(0xFF)), _mm512_srli_epi16(x, 8)};
  }
  static Half::Inputs low_inputs(const Inputs& x) {
    return {_mm512_castsi512_si256(x.even), _mm512_castsi512_si256(x.odd)};
  }
  static Weights load_weights(const std::int8_t* p) {
    const auto* half = reinterpret_cast<const __m256i*>(p);
    return {_mm512_cvtepi8_epi16(_mm256_loadu_si256(half)), _mm512_cvtepi8_epi16(_mm256_loadu_si256(half + 1))};
  }
  static I dot(I sum, const Inputs& x, const Weights& w) {
    return _mm512_add_epi32(sum, _mm512_add_epi32(_mm512_madd_epi16(x.even, w.even), _mm512_madd_epi16(x.odd, w.odd)));
  }
};

}  // namespace
}  // namespace pitlane::kernels
