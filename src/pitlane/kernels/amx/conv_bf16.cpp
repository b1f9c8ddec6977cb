#include "pitlane/kernels/amx/conv_body.h"
#include "pitlane/kernels/avx512bf16/vector.h"
#include "pitlane/kernels/levels.h"

namespace pitlane::kernels {
namespace {

struct Bf16Kind {
  using Conv = ConvBf16;
  using Element = std::uint16_t;
  static constexpr int kStep = 2;

  static const float* start(const ConvBf16& c, int output) { return c.bias + output; }
  template <int Sum, int Input, int Weights>
  static void multiply() {
    multiply_bf16<Sum, Input, Weights>();
  }
  static void finish(const ConvBf16& c, const TileResult& t) {
    const __m512 low = _mm512_set1_ps(c.relu ? 0 : -__builtin_inff());
    float* out = c.output + t.at;
    for (int p = 0; p < t.pixels; ++p, out += c.geometry.out_pixel)
      Avx512Float::store_first(out, _mm512_max_ps(low, _mm512_castsi512_ps(t.sums[p])), t.count);
  }
};

}  // namespace

void conv_bf16_amx(const ConvBf16& c) {
  narrow_input(c);
  conv_tiles<Bf16Kind>(c, c.narrow_input);
}

}  // namespace pitlane::kernels
