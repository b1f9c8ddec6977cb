#include "pitlane/kernels/elementwise_body.h"
#include "pitlane/kernels/levels.h"

namespace pitlane::kernels {

void widen_scalar(const std::uint8_t* in, float* out, std::size_t count) { widen_body<OneLane>(in, out, count); }

void affine_scalar(const float* in, float* out, std::size_t count, const float* scale, const float* offset,
                   std::size_t channels) {
  affine_body<OneLane>(in, out, count, scale, offset, channels);
}

void round_bf16_scalar(const float* in, float* out, std::size_t count) { round_bf16_body(in, out, count); }

Range range_scalar(const float* in, std::size_t count) { return range_body<OneLane>(in, count); }

void quantize_scalar(const float* in, std::uint8_t* out, std::size_t count, float inverse_scale,
                     std::int32_t zero_point) {
  quantize_body<OneLane>(in, out, count, inverse_scale, zero_point);
}

void curve_scalar(const float* in, float* out, std::size_t count, Curve curve, float alpha) {
  curve_body<OneLane>(in, out, count, curve, alpha);
}

void curve_quantize_scalar(const CurveQuantize& c) { curve_quantize_body<OneLane>(c); }

void add_scalar(const float* in, const float* second, float* out, std::size_t count, std::size_t period) {
  add_body<OneLane>(in, second, out, count, period);
}

void multiply_scalar(const float* in, const float* second, float* out, std::size_t count, std::size_t period) {
  multiply_body<OneLane>(in, second, out, count, period);
}

void softmax_scalar(const float* in, float* out, std::size_t count, std::size_t channels) {
  softmax_body<OneLane>(in, out, count, channels);
}

}  // namespace pitlane::kernels
