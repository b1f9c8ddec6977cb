#include <immintrin.h>

#include "pitlane/roofline/loops.h"

namespace pitlane {

void multiply_f32_avx512(std::int64_t rounds, void* sink) {
  __m512 sums[kSums];
  for (__m512& sum : sums) sum = _mm512_setzero_ps();
  const __m512 a = _mm512_set1_ps(0.5F);
  for (std::int64_t i = 0; i < rounds; ++i)
    for (__m512& sum : sums) sum = _mm512_fmadd_ps(a, a, sum);
  for (int s = 1; s < kSums; ++s) sums[0] = _mm512_add_ps(sums[0], sums[s]);
  _mm512_storeu_ps(sink, sums[0]);
}

void read_avx512(const void* data, std::int64_t bytes, void* sink) {
  constexpr int kVectors = 8;
  __m512i sums[kVectors];
  for (__m512i& sum : sums) sum = _mm512_setzero_si512();
  const auto* at = static_cast<const __m512i*>(data);
  for (std::int64_t i = 0; i < bytes / static_cast<std::int64_t>(sizeof(__m512i)); i += kVectors)
    for (int v = 0; v < kVectors; ++v) sums[v] = _mm512_or_si512(sums[v], _mm512_loadu_si512(at + i + v));
  for (int v = 1; v < kVectors; ++v) sums[0] = _mm512_or_si512(sums[0], sums[v]);
  _mm512_storeu_si512(sink, sums[0]);
}

}  // namespace pitlane
