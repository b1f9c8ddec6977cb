#include "pitlane/kernels/levels.h"
#include "pitlane/kernels/scalar/layout.h"

namespace pitlane::kernels {

void conv_f32_scalar(const ConvF32& c) {
  const ConvGeometry& g = c.geometry;
  const float* panel = c.weights;
  for (int first = 0; first < g.out_c; first += kScalarLanes) {
    for (int y = 0; y < g.out_h; ++y) {
      for (int x = 0; x < g.out_w; ++x) {
        float sum[kScalarLanes];
        for (int o = 0; o < kScalarLanes; ++o) sum[o] = c.bias[first + o];
        const float* w = panel;
        for (int row = 0; row < g.kernel_h; ++row) {
          const float* in = c.input + y * g.in_step_y + row * g.in_row + x * g.in_step_x;
          for (int k = 0; k < g.row_length; ++k, w += kScalarLanes)
            for (int o = 0; o < kScalarLanes; ++o) sum[o] += in[k] * w[o];
        }
        float* out = c.output + y * g.out_row + x * g.out_pixel + first;
        for (int o = 0; o < kScalarLanes && first + o < g.out_c; ++o) out[o] = c.relu && sum[o] < 0 ? 0 : sum[o];
      }
    }
    panel += static_cast<std::ptrdiff_t>(g.kernel_h) * g.row_length * kScalarLanes;
  }
}

}  // namespace pitlane::kernels
