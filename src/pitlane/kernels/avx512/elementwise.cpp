#include "pitlane/kernels/avx512/vector.h"
#include "pitlane/kernels/elementwise_body.h"
#include "pitlane/kernels/levels.h"

namespace pitlane::kernels {

void widen_avx512(const std::uint8_t* in, float* out, std::size_t count) { widen_body<Avx512>(in, out, count); }

void affine_avx512(const float* in, float* out, std::size_t count, const float* scale, const float* offset,
                   std::size_t channels) {
  affine_body<Avx512>(in, out, count, scale, offset, channels);
}

void round_bf16_avx512(const float* in, float* out, std::size_t count) { round_bf16_body(in, out, count); }

Range range_avx512(const float* in, std::size_t count) { return range_body<Avx512>(in, count); }

void quantize_avx512(const float* in, std::uint8_t* out, std::size_t count, float inverse_scale,
                     std::int32_t zero_point) {
  quantize_body<Avx512>(in, out, count, inverse_scale, zero_point);
}

void curve_avx512(const float* in, float* out, std::size_t count, Curve curve, float alpha) {
  curve_body<Avx512>(in, out, count, curve, alpha);
}

void curve_quantize_avx512(const CurveQuantize& c) { curve_quantize_body<Avx512>(c); }

void add_avx512(const float* in, const float* second, float* out, std::size_t count, std::size_t period) {
  add_body<Avx512>(in, second, out, count, period);
}

void multiply_avx512(const float* in, const float* second, float* out, std::size_t count, std::size_t period) {
  multiply_body<Avx512>(in, second, out, count, period);
}

void softmax_avx512(const float* in, float* out, std::size_t count, std::size_t channels) {
  softmax_body<Avx512>(in, out, count, channels);
}

}  // namespace pitlane::kernels
