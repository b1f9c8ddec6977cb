#include "pitlane/network/mask_places.h"
#include "pitlane/network/sparse_spread.h"

#ifdef PITLANE_WIDE_SPREAD
#include <immintrin.h>

#include <cstdint>
#include <cstring>
#endif

namespace pitlane {

#ifdef PITLANE_WIDE_SPREAD
bool has_wide_spread() { return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("popcnt"); }

void spread_wide(Spread& spread) {
  const std::byte* packed = spread.packed;
  const std::byte* const end = packed + spread.packed_bytes;
  std::size_t at = 0;
  for (; at < spread.mask_bytes && end - packed >= 8; ++at) {
    const auto bits = static_cast<unsigned>(spread.mask[at]);
    const __m128i bytes = _mm_loadl_epi64(reinterpret_cast<const __m128i*>(packed));
    const __m128i places = _mm_loadl_epi64(reinterpret_cast<const __m128i*>(kMaskPlaces.of[bits]));
    _mm_storel_epi64(reinterpret_cast<__m128i*>(spread.dense + 8 * at), _mm_shuffle_epi8(bytes, places));
    packed += __builtin_popcount(bits);
  }
  spread.mask += at;
  spread.mask_bytes -= at;
  spread.packed_bytes -= static_cast<std::size_t>(packed - spread.packed);
  spread.packed = packed;
  spread.dense += 8 * at;
}

std::size_t count_bits_wide(const std::byte* bytes, std::size_t size) {
  std::size_t count = 0, at = 0;
  for (; at + sizeof(std::uint64_t) <= size; at += sizeof(std::uint64_t)) {
    std::uint64_t eight;
    std::memcpy(&eight, bytes + at, sizeof eight);
    count += static_cast<std::size_t>(__builtin_popcountll(eight));
  }
  for (; at < size; ++at) count += static_cast<std::size_t>(__builtin_popcount(static_cast<unsigned char>(bytes[at])));
  return count;
}

#else

bool has_wide_spread() { return false; }
void spread_wide(Spread& spread) { spread_portable(spread); }
std::size_t count_bits_wide(const std::byte* bytes, std::size_t size) { return count_bits_portable(bytes, size); }

#endif

}  // namespace pitlane
