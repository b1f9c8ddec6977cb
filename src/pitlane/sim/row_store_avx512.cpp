#include "pitlane/sim/row_store.h"

#ifdef PITLANE_WIDE_FIELD
#include <immintrin.h>
#endif

namespace pitlane {

#ifdef PITLANE_WIDE_FIELD

bool runs_avx512_row_store_here() { return __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vbmi"); }

void store_chunks_avx512(const RowStore::Chunk* chunks, std::size_t count, const std::uint32_t* pixels,
                         std::uint8_t* row) {
  for (std::size_t i = 0; i < count; ++i) {
    const RowStore::Chunk& chunk = chunks[i];
    const __m512i from = _mm512_load_si512(chunk.from), first = _mm512_loadu_si512(pixels + chunk.pixel);
    const __m512i bytes = chunk.one_register
                              ? _mm512_permutexvar_epi8(from, first)
                              : _mm512_permutex2var_epi8(first, from, _mm512_loadu_si512(pixels + chunk.pixel + 16));
    _mm512_storeu_si512(row + chunk.byte, bytes);
  }
}

#else

bool runs_avx512_row_store_here() { return false; }
void store_chunks_avx512(const RowStore::Chunk*, std::size_t, const std::uint32_t*, std::uint8_t*) {}

#endif

}  // namespace pitlane
