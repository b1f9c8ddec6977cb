#include "pitlane/kernels/avx512vnni/rows_body.h"
#include "pitlane/kernels/levels.h"

namespace pitlane::kernels {
namespace {

/// All weights of a row, zeros too.
template <int V>
struct DenseRows {
  static constexpr std::ptrdiff_t kWidth = V * 64;
  struct Cursor {
    const std::int8_t* at;
    __m512i next() {
      const __m512i bytes = _mm512_loadu_si512(at);
      at += 64;
      return bytes;
    }
  };
  const std::int8_t* weights;

  void prefetch(std::int32_t input) const {
    const std::int8_t* row = weights + input * kWidth;
    for (int v = 0; v < V; ++v) __builtin_prefetch(row + static_cast<std::ptrdiff_t>(v) * 64);
  }
  [[nodiscard]] Cursor open(std::int32_t input) const { return {weights + input * kWidth}; }
};

template <int V>
void block(const DenseI8Rows& d, const ActiveInputs& active, int count, int first, const std::int8_t* weights) {
  rows_block<DenseRows, V>(d.requantize, d.outputs, active, count, first, {weights});
}

}  // namespace

void dense_i8_rows_avx512vnni(const DenseI8Rows& d) {
  const ActiveInputs active{d.active, d.values};
  const int count = active.find(d.input, d.inputs);
  const std::int8_t* weights = d.weights;
  for (int first = 0; first < d.outputs; first += kBlock) {
    const int vectors = vectors_of_block(d.outputs, first);
    if (vectors == 4) block<4>(d, active, count, first, weights);
    if (vectors == 3) block<3>(d, active, count, first, weights);
    if (vectors == 2) block<2>(d, active, count, first, weights);
    if (vectors == 1) block<1>(d, active, count, first, weights);
    weights += static_cast<std::ptrdiff_t>(vectors) * 64 * d.inputs;
  }
}

}  // namespace pitlane::kernels
