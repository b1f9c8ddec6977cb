#include <immintrin.h>

#include "pitlane/roofline/loops.h"

namespace pitlane {

void multiply_f16_avx512fp16(std::int64_t rounds, void* sink) {
  __m512h sums[kSums];
  for (__m512h& sum : sums) sum = _mm512_setzero_ph();
  const __m512h a = _mm512_castsi512_ph(_mm512_set1_epi16(0x1000));  // 2^-11: sums stay finite
  for (std::int64_t i = 0; i < rounds; ++i)
    for (__m512h& sum : sums) sum = _mm512_fmadd_ph(a, a, sum);
  for (int s = 1; s < kSums; ++s) sums[0] = _mm512_add_ph(sums[0], sums[s]);
  _mm512_storeu_si512(sink, _mm512_castph_si512(sums[0]));
}

}  // namespace pitlane
