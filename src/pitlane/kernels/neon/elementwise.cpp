#include "pitlane/kernels/elementwise_body.h"
#include "pitlane/kernels/levels.h"
#include "pitlane/kernels/neon/vector.h"

namespace pitlane::kernels {

void widen_neon(const std::uint8_t* in, float* out, std::size_t count) { widen_body<NeonFloat>(in, out, count); }

void affine_neon(const float* in, float* out, std::size_t count, const float* scale, const float* offset,
                 std::size_t channels) {
  affine_body<NeonFloat>(in, out, count, scale, offset, channels);
}

void round_bf16_neon(const float* in, float* out, std::size_t count) { round_bf16_body(in, out, count); }

Range range_neon(const float* in, std::size_t count) { return range_body<NeonFloat>(in, count); }

void quantize_neon(const float* in, std::uint8_t* out, std::size_t count, float inverse_scale,
                   std::int32_t zero_point) {
  quantize_body<NeonFloat>(in, out, count, inverse_scale, zero_point);
}

void curve_neon(const float* in, float* out, std::size_t count, Curve curve, float alpha) {
  curve_body<NeonFloat>(in, out, count, curve, alpha);
}

void curve_quantize_neon(const CurveQuantize& c) { curve_quantize_body<NeonFloat>(c); }

void add_neon(const float* in, const float* second, float* out, std::size_t count, std::size_t period) {
  add_body<NeonFloat>(in, second, out, count, period);
}

void multiply_neon(const float* in, const float* second, float* out, std::size_t count, std::size_t period) {
  multiply_body<NeonFloat>(in, second, out, count, period);
}

void softmax_neon(const float* in, float* out, std::size_t count, std::size_t channels) {
  softmax_body<NeonFloat>(in, out, count, channels);
}

}  // namespace pitlane::kernels
