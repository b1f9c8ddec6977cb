// Rows of which most weights are zero: a bit for each weight, and the bytes of those that are not. vpexpandb puts them
// in their places; so time and memory fall with the share of zeros.
#include "pitlane/kernels/avx512vnni/rows_body.h"
#include "pitlane/kernels/levels.h"

namespace pitlane::kernels {
namespace {

template <int V>
struct SparseRows {
  struct Cursor {
    const std::uint8_t* masks;
    const std::uint8_t* bytes;
    __m512i next() {
      std::uint64_t mask;
      __builtin_memcpy(&mask, masks, sizeof mask);
      const __m512i row = _mm512_maskz_expand_epi8(mask, _mm512_loadu_si512(bytes));
      masks += sizeof mask;
      bytes += __builtin_popcountll(mask);
      return row;
    }
  };
  const std::uint8_t* rows;
  const std::uint32_t* offsets;

  void prefetch(std::int32_t input) const {
    const std::uint8_t* row = rows + offsets[input];
    for (int line = 0; line < V; line += 2) __builtin_prefetch(row + static_cast<std::ptrdiff_t>(line) * 64);
    __builtin_prefetch(rows + offsets[input + 1]);
  }
  [[nodiscard]] Cursor open(std::int32_t input) const {
    const std::uint8_t* row = rows + offsets[input];
    return {row, row + static_cast<std::ptrdiff_t>(V) * 8};
  }
};

template <int V>
void block(const DenseI8Sparse& d, const ActiveInputs& active, int count, int first, const std::uint32_t* offsets) {
  rows_block<SparseRows, V>(d.requantize, d.outputs, active, count, first, {d.rows, offsets});
}

}  // namespace

void dense_i8_sparse_avx512vbmi2(const DenseI8Sparse& d) {
  const ActiveInputs active{d.active, d.values};
  const int count = active.find(d.input, d.inputs);
  const std::uint32_t* offsets = d.offsets;
  for (int first = 0; first < d.outputs; first += kBlock, offsets += d.inputs) {
    const int vectors = vectors_of_block(d.outputs, first);
    if (vectors == 4) block<4>(d, active, count, first, offsets);
    if (vectors == 3) block<3>(d, active, count, first, offsets);
    if (vectors == 2) block<2>(d, active, count, first, offsets);
    if (vectors == 1) block<1>(d, active, count, first, offsets);
  }
}

}  // namespace pitlane::kernels
