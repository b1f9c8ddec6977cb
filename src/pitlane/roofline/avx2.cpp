#include <immintrin.h>

#include "pitlane/roofline/loops.h"

namespace pitlane {

void multiply_f32_avx2(std::int64_t rounds, void* sink) {
  __m256 sums[kSums];
  for (__m256& sum : sums) sum = _mm256_setzero_ps();
  const __m256 a = _mm256_set1_ps(0.5F);
  for (std::int64_t i = 0; i < rounds; ++i)
    for (__m256& sum : sums) sum = _mm256_fmadd_ps(a, a, sum);
  for (int s = 1; s < kSums; ++s) sums[0] = _mm256_add_ps(sums[0], sums[s]);
  _mm256_storeu_ps(static_cast<float*>(sink), sums[0]);
}

// Pairs of bytes to 16 bits, pairs of those to 32, and the sum: what int8 takes without VNNI. The middle result does
// not depend on the sum, so a compiler would compute it once; the empty assembly hides that from it.
void multiply_i8_avx2(std::int64_t rounds, void* sink) {
  __m256i sums[kSums];
  for (__m256i& sum : sums) sum = _mm256_setzero_si256();
  __m256i a = _mm256_set1_epi8(1);
  const __m256i ones = _mm256_set1_epi16(1);
  for (std::int64_t i = 0; i < rounds; ++i)
    for (__m256i& sum : sums) {
      __asm__ volatile("" : "+x"(a));
      sum = _mm256_add_epi32(sum, _mm256_madd_epi16(_mm256_maddubs_epi16(a, a), ones));
    }
  for (int s = 1; s < kSums; ++s) sums[0] = _mm256_add_epi32(sums[0], sums[s]);
  _mm256_storeu_si256(static_cast<__m256i*>(sink), sums[0]);
}

void read_avx2(const void* data, std::int64_t bytes, void* sink) {
  constexpr int kVectors = 8;
  __m256i sums[kVectors];
  for (__m256i& sum : sums) sum = _mm256_setzero_si256();
  const auto* at = static_cast<const __m256i*>(data);
  for (std::int64_t i = 0; i < bytes / static_cast<std::int64_t>(sizeof(__m256i)); i += kVectors)
    for (int v = 0; v < kVectors; ++v) sums[v] = _mm256_or_si256(sums[v], _mm256_loadu_si256(at + i + v));
  for (int v = 1; v < kVectors; ++v) sums[0] = _mm256_or_si256(sums[0], sums[v]);
  _mm256_storeu_si256(static_cast<__m256i*>(sink), sums[0]);
}

}  // namespace pitlane
