#include <immintrin.h>

#include "pitlane/roofline/loops.h"

namespace pitlane {

void multiply_i8_avxvnni(std::int64_t rounds, void* sink) {
  __m256i sums[kSums];
  for (__m256i& sum : sums) sum = _mm256_setzero_si256();
  const __m256i a = _mm256_set1_epi8(1);
  for (std::int64_t i = 0; i < rounds; ++i)
    for (__m256i& sum : sums) sum = _mm256_dpbusd_avx_epi32(sum, a, a);
  for (int s = 1; s < kSums; ++s) sums[0] = _mm256_add_epi32(sums[0], sums[s]);
  _mm256_storeu_si256(static_cast<__m256i*>(sink), sums[0]);
}

}  // namespace pitlane
