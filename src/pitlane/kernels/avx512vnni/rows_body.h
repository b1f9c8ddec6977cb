// Matrix times vector behind a relu: about half of the inputs are zero, and their weights need not be read. Four
// inputs that are not zero are taken at a time; their rows of weights are interleaved in registers, as vpdpbusd wants
// four inputs of one output side by side. How a row lies in memory is the affair of Rows.
#pragma once

#include "pitlane/kernels/avx512vnni/vector.h"
#include "pitlane/kernels/conv_i8_body.h"

namespace pitlane::kernels {
namespace {

constexpr int kBlock = 256;     // outputs, kRowBlock
constexpr int kRowsAhead = 12;  // no processor foresees which rows come next

/// Which inputs are not zero, as the kernel's caller lends memory for.
struct ActiveInputs {
  std::int32_t* number;
  std::uint8_t* value;

  /// Returns their count, filled up to a multiple of four with inputs of value zero, and on by kRowsAhead.
  int find(const std::uint8_t* input, int inputs) const {
    __m512i numbers = _mm512_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
    int found = 0;
    for (int i = 0; i < inputs; i += 16) {
      const auto valid = static_cast<__mmask16>(inputs - i >= 16 ? 0xFFFFU : (1U << (inputs - i)) - 1U);
      const __m512i bytes = _mm512_cvtepu8_epi32(_mm_maskz_loadu_epi8(valid, input + i));
      const __mmask16 nonzero = _mm512_test_epi32_mask(bytes, bytes);
      _mm512_storeu_si512(number + found, _mm512_maskz_compress_epi32(nonzero, numbers));
      const __m512i values = _mm512_maskz_compress_epi32(nonzero, bytes);
      _mm_storeu_si128(reinterpret_cast<__m128i*>(value + found), _mm512_cvtepi32_epi8(values));
      found += __builtin_popcount(nonzero);
      numbers = _mm512_add_epi32(numbers, _mm512_set1_epi32(16));
    }
    const std::int32_t last = found > 0 ? number[found - 1] : 0;
    for (int i = 0; i < kRowsAhead + 8; ++i) {
      number[found + i] = last;
      value[found + i] = 0;
    }
    return (found + 3) / 4 * 4;
  }

  /// The values of the inputs i .. i + 3, for each output.
  [[nodiscard]] __m512i four(int i) const {
    std::int32_t bytes;
    __builtin_memcpy(&bytes, value + i, 4);
    return _mm512_set1_epi32(bytes);
  }
};

/// The sums of N times 16 outputs from output `first` on, before any input.
template <int N>
void load_starts(const Requantize& r, int outputs, int first, __m512i (&sum)[N]) {
  for (int v = 0; v < N; ++v) {
    const int left = outputs - first - v * 16;
    const auto valid = static_cast<__mmask16>(left >= 16 ? 0xFFFFU : left <= 0 ? 0U : (1U << left) - 1U);
    sum[v] = _mm512_maskz_loadu_epi32(valid, r.start + first + v * 16);
  }
}

template <int N>
void store_sums(const Requantize& r, int outputs, int first, const __m512i (&sum)[N]) {
  for (int v = 0; v < N && first + v * 16 < outputs; ++v) {
    const __m512i column[] = {sum[v]};
    const int output = first + v * 16;
    requantize_column<Avx512Vnni>(r, {output, outputs - output, column, 1, output, 0});
  }
}

/// Adds 64 outputs of four rows. sum[q] holds outputs 16 q .. 16 q + 15; see pack_i8_rows for the order of bytes.
inline void add_rows(__m512i* sum, const __m512i (&row)[4], __m512i x) {
  const __m512i low_ab = _mm512_unpacklo_epi8(row[0], row[1]), high_ab = _mm512_unpackhi_epi8(row[0], row[1]);
  const __m512i low_cd = _mm512_unpacklo_epi8(row[2], row[3]), high_cd = _mm512_unpackhi_epi8(row[2], row[3]);
  sum[0] = _mm512_dpbusd_epi32(sum[0], x, _mm512_unpacklo_epi16(low_ab, low_cd));
  sum[1] = _mm512_dpbusd_epi32(sum[1], x, _mm512_unpackhi_epi16(low_ab, low_cd));
  sum[2] = _mm512_dpbusd_epi32(sum[2], x, _mm512_unpacklo_epi16(high_ab, high_cd));
  sum[3] = _mm512_dpbusd_epi32(sum[3], x, _mm512_unpackhi_epi16(high_ab, high_cd));
}

/// One block of V times 64 outputs. Rows<V> is made of the block's weights; it has prefetch(input), and open(input),
/// which gives a cursor whose next() is the row's next 64 bytes.
template <template <int> class Rows, int V>
void rows_block(const Requantize& r, int outputs, const ActiveInputs& active, int count, int first, Rows<V> rows) {
  __m512i sum[V * 4];
  load_starts(r, outputs, first, sum);
  for (int i = 0; i < count; i += 4) {
    for (int k = 0; k < 4; ++k) rows.prefetch(active.number[i + k + kRowsAhead]);
    typename Rows<V>::Cursor cursor[4] = {rows.open(active.number[i]), rows.open(active.number[i + 1]),
                                          rows.open(active.number[i + 2]), rows.open(active.number[i + 3])};
    const __m512i x = active.four(i);
    for (int v = 0; v < V; ++v) {
      const __m512i row[4] = {cursor[0].next(), cursor[1].next(), cursor[2].next(), cursor[3].next()};
      add_rows(sum + v * 4, row, x);
    }
  }
  store_sums(r, outputs, first, sum);
}

/// Vectors of 64 outputs in the block that begins at output `first`.
inline int vectors_of_block(int outputs, int first) {
  return outputs - first >= kBlock ? kBlock / 64 : (outputs - first + 63) / 64;
}

}  // namespace
}  // namespace pitlane::kernels
