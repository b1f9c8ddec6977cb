#include "pitlane/network/entropy_turns.h"
#include "pitlane/network/mask_places.h"

#ifdef PITLANE_WIDE_TURNS
#include <immintrin.h>
#endif

namespace pitlane::entropy {

#ifdef PITLANE_WIDE_TURNS
namespace {

constexpr std::size_t kVectors = kStates / 8;

__m256i places_of(const std::uint32_t* places, __m256i states) {
  const __m256i at = _mm256_and_si256(states, _mm256_set1_epi32(kScale - 1));
  return _mm256_i32gather_epi32(reinterpret_cast<const int*>(places), at, 4);
}

__m256i passed(__m256i places, __m256i states) {
  const __m256i low12 = _mm256_set1_epi32(0xFFF);
  const __m256i frequency =
      _mm256_add_epi32(_mm256_and_si256(_mm256_srli_epi32(places, 12), low12), _mm256_set1_epi32(1));
  return _mm256_add_epi32(_mm256_mullo_epi32(frequency, _mm256_srli_epi32(states, kScaleBits)),
                          _mm256_and_si256(places, low12));
}

__m256i refilled(__m256i states, const std::byte*& words) {
  const __m256i low = _mm256_cmpeq_epi32(_mm256_srli_epi32(states, 16), _mm256_setzero_si256());
  const auto mask = static_cast<std::uint32_t>(_mm256_movemask_ps(_mm256_castsi256_ps(low)));
  const __m256i next = _mm256_cvtepu16_epi32(_mm_loadu_si128(reinterpret_cast<const __m128i*>(words)));
  // Which word each state takes that needs one.
  const __m256i order = _mm256_cvtepu8_epi32(_mm_loadl_epi64(reinterpret_cast<const __m128i*>(kMaskPlaces.of[mask])));
  const __m256i taken = _mm256_permutevar8x32_epi32(next, order);
  words += 2 * static_cast<std::size_t>(__builtin_popcount(mask));
  return _mm256_blendv_epi8(states, _mm256_or_si256(_mm256_slli_epi32(states, 16), taken), low);
}

// The highest bytes of all places, in order.
__m256i highest_bytes(const __m256i (&places)[kVectors]) {
  const auto shifted = [&](int i) { return _mm256_srli_epi32(places[i], 24); };
  const __m256i first = _mm256_packus_epi32(shifted(0), shifted(1)),
                second = _mm256_packus_epi32(shifted(2), shifted(3));
  // Packing works within each half of a register: fours of bytes come out as 0 2 4 6 1 3 5 7.
  return _mm256_permutevar8x32_epi32(_mm256_packus_epi16(first, second), _mm256_setr_epi32(0, 4, 1, 5, 2, 6, 3, 7));
}

}  // namespace

bool has_wide_turns() { return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("popcnt"); }

std::size_t decode_turns_wide(Turns& turns, std::byte* out, std::size_t count) {
  static_assert(kVectors == 4);
  __m256i states[kVectors];
  for (std::size_t v = 0; v < kVectors; ++v)
    states[v] = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(turns.states + 8 * v));
  const std::byte* words = turns.words;
  std::size_t i = 0;
  for (; i + kStates <= count && turns.end - words >= static_cast<std::ptrdiff_t>(2 * kStates); i += kStates) {
    __m256i places[kVectors];
    for (std::size_t v = 0; v < kVectors; ++v) places[v] = places_of(turns.places, states[v]);
    for (std::size_t v = 0; v < kVectors; ++v) states[v] = refilled(passed(places[v], states[v]), words);
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(out + i), highest_bytes(places));
  }
  for (std::size_t v = 0; v < kVectors; ++v)
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(turns.states + 8 * v), states[v]);
  turns.words = words;
  return i;
}

#else

bool has_wide_turns() { return false; }
std::size_t decode_turns_wide(Turns& turns, std::byte* out, std::size_t count) {
  return decode_turns(turns, out, count);
}

#endif

}  // namespace pitlane::entropy
