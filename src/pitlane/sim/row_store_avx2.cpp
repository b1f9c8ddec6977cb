#include "pitlane/sim/row_store.h"

#ifdef PITLANE_WIDE_FIELD
#include <immintrin.h>
#endif

namespace pitlane {

#ifdef PITLANE_WIDE_FIELD

void store_chunks_avx2(const RowStore::SmallChunk* chunks, std::size_t count, const std::uint32_t* pixels,
                       std::uint8_t* row) {
  for (std::size_t i = 0; i < count; ++i) {
    const RowStore::SmallChunk& chunk = chunks[i];
    const __m128i from = _mm_load_si128(reinterpret_cast<const __m128i*>(chunk.from));
    const __m128i four = _mm_loadu_si128(reinterpret_cast<const __m128i*>(pixels + chunk.pixel));
    _mm_storeu_si128(reinterpret_cast<__m128i*>(row + chunk.byte), _mm_shuffle_epi8(four, from));
  }
}

#else

void store_chunks_avx2(const RowStore::SmallChunk*, std::size_t, const std::uint32_t*, std::uint8_t*) {}

#endif

}  // namespace pitlane
