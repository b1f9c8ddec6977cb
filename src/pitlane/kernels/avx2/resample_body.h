// Eight bytes hold the left and the right pixel: a shuffle pairs their channels as 16-bit numbers, and one
// multiply-add makes the three sums.
// Internal linkage, because ISA-specific sources include this.
#pragma once

#include <immintrin.h>

#include "pitlane/kernels/resample_body.h"

namespace pitlane::kernels {
namespace {

constexpr std::size_t kPixelLoad = 8;  ///< bytes

inline __m128i pixel_pair(const ResampleRow& row, const ResampleTap& tap) {
  return _mm_loadl_epi64(reinterpret_cast<const __m128i*>(row.source + tap.offset));
}

inline __m128i weight_pair(const ResampleTap& tap) {
  std::int32_t both;
  __builtin_memcpy(&both, &tap.left_weight, sizeof both);
  return _mm_set1_epi32(both);
}

inline __m256i channel_pairs(bool swap) {
  const __m128i straight = _mm_setr_epi8(0, -1, 3, -1, 1, -1, 4, -1, 2, -1, 5, -1, -1, -1, -1, -1);
  const __m128i swapped = _mm_setr_epi8(2, -1, 5, -1, 1, -1, 4, -1, 0, -1, 3, -1, -1, -1, -1, -1);
  return _mm256_broadcastsi128_si256(swap ? swapped : straight);
}

/// Sums are stored four at a time: the fourth is overwritten by the next pixel's first.
inline void resample_row_body(const ResampleRow& row) {
  const __m256i pairs = channel_pairs(row.swap);
  const std::size_t loadable = loadable_pixels(row, kPixelLoad);
  std::int32_t* out = row.out;
  std::size_t x = 0;
  for (; x + 2 <= loadable; x += 2, out += 6) {
    const ResampleTap &a = row.taps[x], &b = row.taps[x + 1];
    const __m256i pixels = _mm256_set_m128i(pixel_pair(row, b), pixel_pair(row, a));
    const __m256i weights = _mm256_set_m128i(weight_pair(b), weight_pair(a));
    const __m256i sums = _mm256_madd_epi16(_mm256_shuffle_epi8(pixels, pairs), weights);
    _mm_storeu_si128(reinterpret_cast<__m128i*>(out), _mm256_castsi256_si128(sums));
    _mm_storeu_si128(reinterpret_cast<__m128i*>(out + 3), _mm256_extracti128_si256(sums, 1));
  }
  resample_pixels(row, x);
}

}  // namespace
}  // namespace pitlane::kernels
