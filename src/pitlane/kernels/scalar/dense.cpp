#include "pitlane/kernels/levels.h"
#include "pitlane/kernels/scalar/layout.h"
#include "pitlane/kernels/scalar/requantize.h"

namespace pitlane::kernels {

void dense_f32_scalar(const DenseF32& d) {
  const float* w = d.weights;
  for (int first = 0; first < d.outputs; first += kScalarLanes) {
    float sum[kScalarLanes];
    for (int o = 0; o < kScalarLanes; ++o) sum[o] = d.bias[first + o];
    for (int k = 0; k < d.inputs; ++k, w += kScalarLanes)
      for (int o = 0; o < kScalarLanes; ++o) sum[o] += d.input[k] * w[o];
    for (int o = 0; o < kScalarLanes && first + o < d.outputs; ++o)
      d.output[first + o] = d.relu && sum[o] < 0 ? 0 : sum[o];
  }
}

void dense_i8_scalar(const DenseI8& d) {
  const std::int8_t* w = d.weights;
  for (int first = 0; first < d.outputs; first += kScalarLanes) {
    std::int32_t sum[kScalarLanes];
    for (int o = 0; o < kScalarLanes; ++o) sum[o] = d.requantize.start[first + o];
    for (int k = 0; k < d.inputs; k += 4, w += 4 * kScalarLanes)
      for (int o = 0; o < kScalarLanes; ++o)
        for (int i = 0; i < 4; ++i) sum[o] += d.input[k + i] * w[4 * o + i];
    for (int o = 0; o < kScalarLanes && first + o < d.outputs; ++o)
      requantize_one(d.requantize, first + o, sum[o], first + o);
  }
}

LevelLayouts layouts_scalar() { return {kScalarFloat, kScalarI8, kScalarFloat, kScalarI8}; }

}  // namespace pitlane::kernels
