// Matrix times vector behind a relu: about half of the inputs are zero, and their weights need not be read. Four
// inputs that are not zero are taken at a time; their rows of weights are interleaved in registers, as vpdpbusd wants
// four inputs of one output side by side.
#include "pitlane/kernels/avx512vnni/vector.h"
#include "pitlane/kernels/conv_i8_body.h"
#include "pitlane/kernels/levels.h"

namespace pitlane::kernels {
namespace {

constexpr int kBlock = 256;  // outputs, kRowBlock
constexpr int kAhead = 12;   // rows: no processor foresees which ones come next

/// Four inputs' weights of 64 outputs, in registers.
struct Rows {
  const std::int8_t* row[4];

  [[nodiscard]] __m512i load(int r, int at) const { return _mm512_loadu_si512(row[r] + at); }
};

/// sum[q] holds outputs 16 q .. 16 q + 15; see pack_i8_rows for the order of bytes.
inline void add_rows(__m512i* sum, const Rows& rows, int at, __m512i x) {
  const __m512i a = rows.load(0, at), b = rows.load(1, at), c = rows.load(2, at), d = rows.load(3, at);
  const __m512i low_ab = _mm512_unpacklo_epi8(a, b), high_ab = _mm512_unpackhi_epi8(a, b);
  const __m512i low_cd = _mm512_unpacklo_epi8(c, d), high_cd = _mm512_unpackhi_epi8(c, d);
  sum[0] = _mm512_dpbusd_epi32(sum[0], x, _mm512_unpacklo_epi16(low_ab, low_cd));
  sum[1] = _mm512_dpbusd_epi32(sum[1], x, _mm512_unpackhi_epi16(low_ab, low_cd));
  sum[2] = _mm512_dpbusd_epi32(sum[2], x, _mm512_unpacklo_epi16(high_ab, high_cd));
  sum[3] = _mm512_dpbusd_epi32(sum[3], x, _mm512_unpackhi_epi16(high_ab, high_cd));
}

/// Fills up to a multiple of four with inputs of value zero, and on by kAhead for the prefetches.
int find_active(const DenseI8Rows& d) {
  __m512i number = _mm512_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
  int found = 0;
  for (int i = 0; i < d.inputs; i += 16) {
    const auto valid = static_cast<__mmask16>(d.inputs - i >= 16 ? 0xFFFFU : (1U << (d.inputs - i)) - 1U);
    const __m512i bytes = _mm512_cvtepu8_epi32(_mm_maskz_loadu_epi8(valid, d.input + i));
    const __mmask16 nonzero = _mm512_test_epi32_mask(bytes, bytes);
    _mm512_storeu_si512(d.active + found, _mm512_maskz_compress_epi32(nonzero, number));
    const __m512i values = _mm512_maskz_compress_epi32(nonzero, bytes);
    _mm_storeu_si128(reinterpret_cast<__m128i*>(d.values + found), _mm512_cvtepi32_epi8(values));
    found += __builtin_popcount(nonzero);
    number = _mm512_add_epi32(number, _mm512_set1_epi32(16));
  }
  const std::int32_t last = found > 0 ? d.active[found - 1] : 0;
  for (int i = 0; i < kAhead + 8; ++i) {
    d.active[found + i] = last;
    d.values[found + i] = 0;
  }
  return (found + 3) / 4 * 4;
}

template <int V>
void block(const DenseI8Rows& d, const std::int8_t* w, int count, int first) {
  constexpr std::ptrdiff_t kWidth = V * 64;
  __m512i sum[V * 4];
  for (int v = 0; v < V * 4; ++v) {
    const int output = first + v * 16;
    const auto valid = static_cast<__mmask16>(output + 16 <= d.outputs ? 0xFFFFU
                                              : output >= d.outputs    ? 0U
                                                                       : (1U << (d.outputs - output)) - 1U);
    sum[v] = _mm512_maskz_loadu_epi32(valid, d.requantize.start + output);
  }
  for (int i = 0; i < count; i += 4) {
    Rows rows;
    for (int r = 0; r < 4; ++r) {
      rows.row[r] = w + d.active[i + r] * kWidth;
      const char* later = reinterpret_cast<const char*>(w + d.active[i + r + kAhead] * kWidth);
      for (int v = 0; v < V; ++v) __builtin_prefetch(later + static_cast<std::ptrdiff_t>(v) * 64);
    }
    std::int32_t four;
    __builtin_memcpy(&four, d.values + i, 4);
    const __m512i x = _mm512_set1_epi32(four);
    for (int v = 0; v < V; ++v) add_rows(sum + v * 4, rows, v * 64, x);
  }
  for (int v = 0; v < V * 4 && first + v * 16 < d.outputs; ++v) {
    const __m512i column[] = {sum[v]};
    const int output = first + v * 16;
    requantize_column<Avx512Vnni>(d.requantize, {output, d.outputs - output, column, 1, output, 0});
  }
}

}  // namespace

void dense_i8_rows_avx512vnni(const DenseI8Rows& d) {
  const int count = find_active(d);
  const std::int8_t* w = d.weights;
  for (int first = 0; first < d.outputs; first += kBlock) {
    const int vectors = d.outputs - first > 192 ? 4 : (d.outputs - first + 63) / 64;
    if (vectors == 4) block<4>(d, w, count, first);
    if (vectors == 3) block<3>(d, w, count, first);
    if (vectors == 2) block<2>(d, w, count, first);
    if (vectors == 1) block<1>(d, w, count, first);
    w += static_cast<std::ptrdiff_t>(vectors) * 64 * d.inputs;
  }
}

}  // namespace pitlane::kernels
