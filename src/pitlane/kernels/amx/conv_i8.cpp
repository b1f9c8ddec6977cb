#include "pitlane/kernels/amx/conv_body.h"
#include "pitlane/kernels/avx512bf16/vector.h"
#include "pitlane/kernels/avx512vnni/vector.h"
#include "pitlane/kernels/conv_i8_body.h"
#include "pitlane/kernels/levels.h"

namespace pitlane::kernels {
namespace {

struct Int8Kind {
  using Conv = ConvI8;
  using Element = std::uint8_t;
  static constexpr int kStep = 4;

  static const std::int32_t* start(const ConvI8& c, int output) { return c.requantize.start + output; }
  template <int Sum, int Input, int Weights>
  static void multiply() {
    multiply_i8<Sum, Input, Weights>();
  }
  static void finish(const ConvI8& c, const TileResult& t) {
    requantize_column<Avx512Vnni>(c.requantize, {t.output, t.count, t.sums, t.pixels, t.at, c.geometry.out_pixel});
  }
};

}  // namespace

void conv_i8_amx(const ConvI8& c) { conv_tiles<Int8Kind>(c, c.input); }

LevelLayouts layouts_amx() {
  LevelLayouts layouts = layouts_avx512bf16();
  layouts.conv_i8 = {kOutputs, 2, 4, false, false};
  layouts.conv_bf16 = {kOutputs, 2, 2, false, false};
  return layouts;
}

}  // namespace pitlane::kernels
