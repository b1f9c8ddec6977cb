#include <immintrin.h>

#include "pitlane/roofline/loops.h"

namespace pitlane {

void multiply_bf16_avx512bf16(std::int64_t rounds, void* sink) {
  __m512 sums[kSums];
  for (__m512& sum : sums) sum = _mm512_setzero_ps();
  const __m512 half = _mm512_set1_ps(0.5F);
  const __m512bh a = _mm512_cvtne2ps_pbh(half, half);
  for (std::int64_t i = 0; i < rounds; ++i)
    for (__m512& sum : sums) sum = _mm512_dpbf16_ps(sum, a, a);
  for (int s = 1; s < kSums; ++s) sums[0] = _mm512_add_ps(sums[0], sums[s]);
  _mm512_storeu_ps(sink, sums[0]);
}

}  // namespace pitlane
