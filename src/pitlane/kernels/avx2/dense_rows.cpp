// Matrix times vector behind a relu: the weights of inputs that are zero are not read. Eight inputs that are not zero
// are taken at a time, as two times four; their rows are interleaved in registers, so that the four weights of an
// output lie side by side. Sixteen registers hold no block of 256 sums, so the sums wait in the nearest cache.
#include "pitlane/kernels/avx2/vector.h"
#include "pitlane/kernels/conv_i8_body.h"
#include "pitlane/kernels/levels.h"

namespace pitlane::kernels {
namespace {

constexpr int kBlock = 256;     // outputs, kRowBlock
constexpr int kStep = 8;        // inputs
constexpr int kRowsAhead = 16;  // no processor foresees which rows come next

/// Lists the inputs that are not zero. Returns their count, filled up to whole steps with inputs of value zero, and on
/// by kRowsAhead.
int find_active(const DenseI8Rows& d) {
  int found = 0;
  for (int i = 0; i < d.inputs; ++i) {
    d.active[found] = i;
    d.values[found] = d.input[i];
    found += d.input[i] != 0 ? 1 : 0;
  }
  const std::int32_t last = found > 0 ? d.active[found - 1] : 0;
  for (int i = 0; i < kRowsAhead + kStep; ++i) {
    d.active[found + i] = last;
    d.values[found + i] = 0;
  }
  return (found + kStep - 1) / kStep * kStep;
}

std::int32_t sum_of(const std::uint8_t* values, int count) {
  std::int32_t sum = 0;
  for (int i = 0; i < count; ++i) sum += values[i];
  return sum;
}

/// Inputs i and i + 2, and i + 1 and i + 3, as pairs of 16 bits.
Avx2::Inputs four_inputs(const std::uint8_t* values) { return Avx2::load_inputs(values); }

/// 32 weights of a row with 128 added, as unsigned bytes: those widen with one instruction.
__m256i load_row(const std::int8_t* row) {
  return _mm256_xor_si256(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(row)), _mm256_set1_epi8(-128));
}

__m256i add_four(__m256i sum, const Avx2::Inputs& x, __m256i weights) {
  const __m256i even = _mm256_and_si256(weights, _mm256_set1_epi16(0xFF)), odd = _mm256_srli_epi16(weights, 8);
  return _mm256_add_epi32(sum, _mm256_add_epi32(_mm256_madd_epi16(x.even, even), _mm256_madd_epi16(x.odd, odd)));
}

/// Adds 32 outputs of four rows. sum[q] holds outputs 16 q .. 16 q + 7 of them where the rows begin at a multiple of 64
/// (see pack_i8_rows for the order of bytes).
void add_rows(__m256i (&sum)[4], const std::int8_t* const (&row)[4], std::ptrdiff_t at, const Avx2::Inputs& x) {
  const __m256i a = load_row(row[0] + at), b = load_row(row[1] + at);
  const __m256i c = load_row(row[2] + at), d = load_row(row[3] + at);
  const __m256i low_ab = _mm256_unpacklo_epi8(a, b), high_ab = _mm256_unpackhi_epi8(a, b);
  const __m256i low_cd = _mm256_unpacklo_epi8(c, d), high_cd = _mm256_unpackhi_epi8(c, d);
  sum[0] = add_four(sum[0], x, _mm256_unpacklo_epi16(low_ab, low_cd));
  sum[1] = add_four(sum[1], x, _mm256_unpackhi_epi16(low_ab, low_cd));
  sum[2] = add_four(sum[2], x, _mm256_unpacklo_epi16(high_ab, high_cd));
  sum[3] = add_four(sum[3], x, _mm256_unpackhi_epi16(high_ab, high_cd));
}

/// Eight rows over `width` outputs. `sums` are in the order of the rows' bytes: four vectors for each 32 of them.
void add_step(__m256i* sums, const DenseI8Rows& d, int i, const std::int8_t* weights, std::ptrdiff_t width) {
  const std::int8_t *first[4], *second[4];
  for (int k = 0; k < 4; ++k) {
    first[k] = weights + d.active[i + k] * width;
    second[k] = weights + d.active[i + 4 + k] * width;
  }
  const Avx2::Inputs x = four_inputs(d.values + i), y = four_inputs(d.values + i + 4);
  const std::int8_t* later[kStep];
  for (int k = 0; k < kStep; ++k) later[k] = weights + d.active[i + k + kRowsAhead] * width;
  for (std::ptrdiff_t at = 0; at < width; at += 32, sums += 4) {
    // A line is 64 bytes: each half of it asks for half of the rows.
    const std::ptrdiff_t half = at % 64 / 32 * (kStep / 2);
    for (std::ptrdiff_t k = half; k < half + kStep / 2; ++k) __builtin_prefetch(later[k] + at);
    __m256i sum[4] = {sums[0], sums[1], sums[2], sums[3]};
    add_rows(sum, first, at, x);
    add_rows(sum, second, at, y);
    for (int q = 0; q < 4; ++q) sums[q] = sum[q];
  }
}

/// The first of the eight outputs of vector `v` of the sums, counted from the block's first: row_position() turned
/// around.
int output_of(int v) { return v / 8 * 64 + v % 4 * 16 + v % 8 / 4 * 8; }

void block(const DenseI8Rows& d, int count, std::int32_t surplus, int first, const std::int8_t* weights, int width) {
  __m256i sums[kBlock / 8];
  const int vectors = width / 8;
  for (int v = 0; v < vectors; ++v) {
    alignas(32) std::int32_t start[8] = {};
    const int output = first + output_of(v);
    for (int lane = 0; lane < 8 && output + lane < d.outputs; ++lane) start[lane] = d.requantize.start[output + lane];
    const __m256i starts = _mm256_load_si256(reinterpret_cast<const __m256i*>(start));
    sums[v] = _mm256_sub_epi32(starts, _mm256_set1_epi32(surplus));
  }
  for (int i = 0; i < count; i += kStep) add_step(sums, d, i, weights, width);
  for (int v = 0; v < vectors; ++v) {
    const int output = first + output_of(v);
    const __m256i column[] = {sums[v]};
    if (output < d.outputs) requantize_column<Avx2>(d.requantize, {output, d.outputs - output, column, 1, output, 0});
  }
}

}  // namespace

void dense_i8_rows_avx2(const DenseI8Rows& d) {
  const int count = find_active(d);
  const std::int32_t surplus = 128 * sum_of(d.values, count);  // of the 128 that load_row adds to each weight
  const std::int8_t* weights = d.weights;
  for (int first = 0; first < d.outputs; first += kBlock) {
    const int left = (d.outputs - first + 63) / 64 * 64;
    const int width = left < kBlock ? left : kBlock;
    block(d, count, surplus, first, weights, width);
    weights += static_cast<std::ptrdiff_t>(width) * d.inputs;
  }
}

}  // namespace pitlane::kernels
