#include <immintrin.h>

#include "pitlane/roofline/loops.h"

namespace pitlane {

void multiply_i8_avx512vnni(std::int64_t rounds, void* sink) {
  __m512i sums[kSums];
  for (__m512i& sum : sums) sum = _mm512_setzero_si512();
  const __m512i a = _mm512_set1_epi8(1);
  for (std::int64_t i = 0; i < rounds; ++i)
    for (__m512i& sum : sums) sum = _mm512_dpbusd_epi32(sum, a, a);
  for (int s = 1; s < kSums; ++s) sums[0] = _mm512_add_epi32(sums[0], sums[s]);
  _mm512_storeu_si512(sink, sums[0]);
}

}  // namespace pitlane
