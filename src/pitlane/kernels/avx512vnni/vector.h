// AVX-512 with VNNI: vpdpbusd multiplies four u8 by four s8 and adds them to a 32-bit sum, exactly.
#pragma once

#include "pitlane/kernels/avx512/vector.h"

namespace pitlane::kernels {
namespace {

/// Eight lanes.
struct VnniHalf : Avx2 {
  using Inputs = __m256i;
  using Weights = __m256i;
  static Weights load_weights(const std::int8_t* p) { return _mm256_loadu_si256(reinterpret_cast<const __m256i*>(p)); }
  static I dot(I sum, Inputs x, Weights w) { return _mm256_dpbusd_epi32(sum, x, w); }
};

/// Sixteen lanes.
struct Avx512Vnni : Avx512Float {
  using Input = std::uint8_t;
  using Weight = std::int8_t;
  using Half = VnniHalf;
  using Inputs = __m512i;
  using Weights = __m512i;
  static constexpr PanelLayout kConvI8{16, 8, 4, false, true};
  static constexpr PanelLayout kDenseI8{16, 16, 4, false, false};
  static constexpr int conv_i8_pixels(int halves) { return halves > 6 ? 6 : halves > 2 ? 8 : 12; }

  static Inputs load_inputs(const std::uint8_t* p) {
    std::int32_t four;
    __builtin_memcpy(&four, p, 4);
    return _mm512_set1_epi32(four);
  }
  static Half::Inputs low_inputs(Inputs x) { return _mm512_castsi512_si256(x); }
  static Weights load_weights(const std::int8_t* p) { return _mm512_loadu_si512(p); }
  static I dot(I sum, Inputs x, Weights w) { return _mm512_dpbusd_epi32(sum, x, w); }
};

}  // namespace
}  // namespace pitlane::kernels
