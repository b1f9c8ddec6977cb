// AVX2 + FMA + F16C: vectors of eight floats, halves of four. Internal linkage.
#pragma once

#include <immintrin.h>

#include "pitlane/kernels/kernel_args.h"

namespace pitlane::kernels {
namespace {

/// Writes the low min(count, 8) bytes.
inline void store_bytes(std::uint8_t* p, __m128i bytes, int count) {
  if (count >= 8) {
    _mm_storel_epi64(reinterpret_cast<__m128i*>(p), bytes);
    return;
  }
  auto left = static_cast<std::uint64_t>(_mm_cvtsi128_si64(bytes));
  if ((count & 4) != 0) {
    const auto four = static_cast<std::uint32_t>(left);
    __builtin_memcpy(p, &four, 4);
    p += 4;
    left >>= 32;
  }
  for (int i = 0; i < (count & 3); ++i, left >>= 8) p[i] = static_cast<std::uint8_t>(left);
}

/// Four lanes.
struct Avx2Half {
  static constexpr int kLanes = 4;
  using F = __m128;
  using I = __m128i;
  using Inputs = I;
  using Weights = I;

  static F load(const float* p) { return _mm_loadu_ps(p); }
  static F set(float v) { return _mm_set1_ps(v); }
  static I set_int(std::int32_t v) { return _mm_set1_epi32(v); }
  static I load_int(const std::int32_t* p) { return _mm_loadu_si128(reinterpret_cast<const __m128i*>(p)); }
  static F add(F a, F b) { return _mm_add_ps(a, b); }
  static F mul(F a, F b) { return _mm_mul_ps(a, b); }
  static F max(F a, F b) { return _mm_max_ps(a, b); }
  static F min(F a, F b) { return _mm_min_ps(a, b); }
  static I bits(F v) { return _mm_castps_si128(v); }
  static I add_int(I a, I b) { return _mm_add_epi32(a, b); }
  static F to_float(I v) { return _mm_cvtepi32_ps(v); }
  static void store_first(float* p, F v, int count) {
    if (count >= 4) return _mm_storeu_ps(p, v);
    alignas(16) float lanes[4];
    _mm_store_ps(lanes, v);
    for (int i = 0; i < count; ++i) p[i] = lanes[i];
  }
  static void store_first_u8(std::uint8_t* p, I v, int count) {
    const I words = _mm_packus_epi32(v, v);
    store_bytes(p, _mm_packus_epi16(words, words), count < 4 ? count : 4);
  }
  static Weights load_weights(const std::int16_t* p) { return _mm_loadu_si128(reinterpret_cast<const __m128i*>(p)); }
  static I dot(I sum, Inputs x, Weights w) { return _mm_add_epi32(sum, _mm_madd_epi16(x, w)); }
};

/// Eight lanes.
struct Avx2 {
  static constexpr int kLanes = 8;
  static constexpr int kBlock = 1;  ///< each input is loaded into all lanes by itself
  using Half = Avx2Half;
  using F = __m256;
  using I = __m256i;
  using HalfF = __m128;
  /// Inputs 0 and 2, and 1 and 3, as 16-bit pairs: vpmaddwd then gives exact sums, where vpmaddubsw saturates.
  struct Inputs {
    I even, odd;
  };
  struct Weights {
    I even, odd;
  };

  static constexpr PanelLayout kConvF32{8, 6, 1, false, true};
  static constexpr PanelLayout kDenseF32{8, 16, 1, false, false};
  static constexpr PanelLayout kDenseI8{8, 8, 4, true, false};
  /// Sums, one weight vector each and one input must fit 16 registers.
  static constexpr int conv_f32_pixels(int halves) { return halves > 4 ? 4 : halves > 2 ? 6 : 8; }

  static F load(const float* p) { return _mm256_loadu_ps(p); }
  static F load(const std::uint16_t* p) {
    return _mm256_cvtph_ps(_mm_loadu_si128(reinterpret_cast<const __m128i*>(p)));
  }
  static F load(const Bf16* p) {
    const __m128i upper = _mm_loadu_si128(reinterpret_cast<const __m128i*>(p));
    return _mm256_castsi256_ps(_mm256_slli_epi32(_mm256_cvtepu16_epi32(upper), 16));
  }
  static void store(float* p, F v) { _mm256_storeu_ps(p, v); }
  static F load_u8(const std::uint8_t* p) {
    return _mm256_cvtepi32_ps(_mm256_cvtepu8_epi32(_mm_loadl_epi64(reinterpret_cast<const __m128i*>(p))));
  }
  static void store_u8(std::uint8_t* p, I v) { store_first_u8(p, v, 8); }
  static F set(float v) { return _mm256_set1_ps(v); }
  static I set_int(std::int32_t v) { return _mm256_set1_epi32(v); }
  static I load_int(const std::int32_t* p) { return _mm256_loadu_si256(reinterpret_cast<const __m256i*>(p)); }
  static F add(F a, F b) { return _mm256_add_ps(a, b); }
  static F sub(F a, F b) { return _mm256_sub_ps(a, b); }
  static F mul(F a, F b) { return _mm256_mul_ps(a, b); }
  static F div(F a, F b) { return _mm256_div_ps(a, b); }
  static F max(F a, F b) { return _mm256_max_ps(a, b); }
  static F min(F a, F b) { return _mm256_min_ps(a, b); }
  static F fma(F a, F b, F c) { return _mm256_fmadd_ps(a, b, c); }
  static F if_positive(F x, F a, F b) {
    return _mm256_blendv_ps(b, a, _mm256_cmp_ps(x, _mm256_setzero_ps(), _CMP_GT_OQ));
  }
  static I bits(F v) { return _mm256_castps_si256(v); }
  static F from_bits(I v) { return _mm256_castsi256_ps(v); }
  static I add_int(I a, I b) { return _mm256_add_epi32(a, b); }
  static I and_int(I a, I b) { return _mm256_and_si256(a, b); }
  static I max_int(I a, I b) { return _mm256_max_epi32(a, b); }
  static I exponent(I v) { return _mm256_slli_epi32(v, 23); }
  static F to_float(I v) { return _mm256_cvtepi32_ps(v); }

  static void store_first(float* p, F v, int count) {
    if (count >= 8) return _mm256_storeu_ps(p, v);
    alignas(32) float lanes[8];
    _mm256_store_ps(lanes, v);
    for (int i = 0; i < count; ++i) p[i] = lanes[i];
  }
  static void store_first_u8(std::uint8_t* p, I v, int count) {
    const __m128i words = _mm_packus_epi32(_mm256_castsi256_si128(v), _mm256_extracti128_si256(v, 1));
    store_bytes(p, _mm_packus_epi16(words, words), count);
  }

  static HalfF load_half(const float* p) { return _mm_loadu_ps(p); }
  static HalfF low(F v) { return _mm256_castps256_ps128(v); }
  static HalfF fma_half(HalfF a, HalfF b, HalfF c) { return _mm_fmadd_ps(a, b, c); }
  static HalfF max_half(HalfF a, HalfF b) { return _mm_max_ps(a, b); }
  static void store_first_half(float* p, HalfF v, int count) { Half::store_first(p, v, count); }

  static Inputs load_inputs(const std::uint8_t* p) {
    std::int32_t four;
    __builtin_memcpy(&four, p, 4);
    const I x = _mm256_set1_epi32(four);
    return {_mm256_and_si256(x, _mm256_set1_epi16(0xFF)), _mm256_srli_epi16(x, 8)};
  }
  static Weights load_weights(const std::int8_t* p) {
    const auto* half = reinterpret_cast<const __m128i*>(p);
    return {_mm256_cvtepi8_epi16(_mm_loadu_si128(half)), _mm256_cvtepi8_epi16(_mm_loadu_si128(half + 1))};
  }
  static I dot(I sum, const Inputs& x, const Weights& w) {
    return _mm256_add_epi32(sum, _mm256_add_epi32(_mm256_madd_epi16(x.even, w.even), _mm256_madd_epi16(x.odd, w.odd)));
  }
};

/// Integer convolution on pairs of 16 bits. A convolution uses each input and each weight many times, so both are
/// widened before the loop, and what is left in it for 16 products is a vpmaddwd and an addition.
struct Avx2Pairs : Avx2 {
  using Input = std::int16_t;
  using Weight = std::int16_t;
  using Inputs = I;
  using Weights = I;

  static constexpr PanelLayout kConvI8{8, 4, 2, false, true, true};
  /// Sums, two weight vectors, one input and one product must fit 16 registers.
  static constexpr int conv_i8_pixels(int halves) { return halves > 2 ? 6 : 12; }

  static Inputs load_inputs(const std::int16_t* p) {
    std::int32_t two;
    __builtin_memcpy(&two, p, 4);
    return _mm256_set1_epi32(two);
  }
  static Half::Inputs low_inputs(Inputs x) { return _mm256_castsi256_si128(x); }
  static Weights load_weights(const std::int16_t* p) { return _mm256_loadu_si256(reinterpret_cast<const __m256i*>(p)); }
  static I dot(I sum, Inputs x, Weights w) { return _mm256_add_epi32(sum, _mm256_madd_epi16(x, w)); }
};

}  // namespace
}  // namespace pitlane::kernels
