// Rows whose weights are one of sixteen values: four bits each, looked up in registers. Half of the bytes of
// dense_rows.cpp; the lookups cost less than these bytes where they come from behind the second-level cache.
#include "pitlane/kernels/avx512vnni/rows_body.h"
#include "pitlane/kernels/levels.h"

namespace pitlane::kernels {
namespace {

/// The value of each byte's lower four bits.
inline __m512i look_up(__m512i book, __m512i codes) {
  return _mm512_shuffle_epi8(book, _mm512_and_si512(codes, _mm512_set1_epi8(0x0F)));
}

/// Adds 128 outputs of four rows: sum[0 .. 3] are the first 64 of them, of the lower four bits, as in add_rows. The
/// codes are interleaved before they are looked up, both halves at once.
inline void add_codes(__m512i* sum, const __m512i (&row)[4], __m512i x, __m512i book) {
  const __m512i low_ab = _mm512_unpacklo_epi8(row[0], row[1]), high_ab = _mm512_unpackhi_epi8(row[0], row[1]);
  const __m512i low_cd = _mm512_unpacklo_epi8(row[2], row[3]), high_cd = _mm512_unpackhi_epi8(row[2], row[3]);
  const __m512i codes[4] = {_mm512_unpacklo_epi16(low_ab, low_cd), _mm512_unpackhi_epi16(low_ab, low_cd),
                            _mm512_unpacklo_epi16(high_ab, high_cd), _mm512_unpackhi_epi16(high_ab, high_cd)};
  for (int q = 0; q < 4; ++q) {
    sum[q] = _mm512_dpbusd_epi32(sum[q], x, look_up(book, codes[q]));
    sum[q + 4] = _mm512_dpbusd_epi32(sum[q + 4], x, look_up(book, _mm512_srli_epi16(codes[q], 4)));
  }
}

/// One block of V times 128 outputs.
template <int V>
void block(const DenseI8Codes& d, const ActiveInputs& active, int count, int first, const std::uint8_t* codes) {
  constexpr std::ptrdiff_t kWidth = V * 64;  // bytes of a row
  const __m512i book = _mm512_broadcast_i32x4(_mm_loadu_si128(reinterpret_cast<const __m128i*>(d.book)));
  __m512i sum[V * 8];
  load_starts(d.requantize, d.outputs, first, sum);
  for (int i = 0; i < count; i += 4) {
    const std::uint8_t* row[4];
    for (int k = 0; k < 4; ++k) {
      row[k] = codes + active.number[i + k] * kWidth;
      const std::uint8_t* later = codes + active.number[i + k + kRowsAhead] * kWidth;
      for (int v = 0; v < V; ++v) __builtin_prefetch(later + static_cast<std::ptrdiff_t>(v) * 64);
    }
    const __m512i x = active.four(i);
    for (int v = 0; v < V; ++v) {
      const std::ptrdiff_t at = static_cast<std::ptrdiff_t>(v) * 64;
      const __m512i rows[4] = {_mm512_loadu_si512(row[0] + at), _mm512_loadu_si512(row[1] + at),
                               _mm512_loadu_si512(row[2] + at), _mm512_loadu_si512(row[3] + at)};
      add_codes(sum + v * 8, rows, x, book);
    }
  }
  store_sums(d.requantize, d.outputs, first, sum);
}

}  // namespace

void dense_i8_codes_avx512vnni(const DenseI8Codes& d) {
  const ActiveInputs active{d.active, d.values};
  const int count = active.find(d.input, d.inputs);
  const std::uint8_t* codes = d.codes;
  for (int first = 0; first < d.outputs; first += kBlock) {
    const bool whole = d.outputs - first > kBlock / 2;
    if (whole) block<2>(d, active, count, first, codes);
    if (!whole) block<1>(d, active, count, first, codes);
    codes += static_cast<std::ptrdiff_t>(whole ? 128 : 64) * d.inputs;
  }
}

}  // namespace pitlane::kernels
