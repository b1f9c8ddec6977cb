#include "pitlane/kernels/levels.h"
#include "pitlane/kernels/scalar/layout.h"
#include "pitlane/kernels/scalar/requantize.h"

namespace pitlane::kernels {

void conv_i8_scalar(const ConvI8& c) {
  const ConvGeometry& g = c.geometry;
  const int steps = (g.row_length + 3) / 4;
  const auto* panel = static_cast<const std::int8_t*>(c.weights);
  for (int first = 0; first < g.out_c; first += kScalarLanes) {
    for (int y = 0; y < g.out_h; ++y) {
      for (int x = 0; x < g.out_w; ++x) {
        std::int32_t sum[kScalarLanes];
        for (int o = 0; o < kScalarLanes; ++o) sum[o] = c.requantize.start[first + o];
        const std::int8_t* w = panel;
        for (int row = 0; row < g.kernel_h; ++row) {
          const std::uint8_t* in = c.input + y * g.in_step_y + row * g.in_row + x * g.in_step_x;
          for (int k = 0; k < steps * 4; k += 4, w += 4 * kScalarLanes)
            for (int o = 0; o < kScalarLanes; ++o)
              for (int i = 0; i < 4; ++i) sum[o] += in[k + i] * w[4 * o + i];
        }
        const std::ptrdiff_t at = y * g.out_row + x * g.out_pixel + first;
        for (int o = 0; o < kScalarLanes && first + o < g.out_c; ++o)
          requantize_one(c.requantize, first + o, sum[o], at + o);
      }
    }
    panel += static_cast<std::ptrdiff_t>(g.kernel_h) * steps * 4 * kScalarLanes;
  }
}

}  // namespace pitlane::kernels
