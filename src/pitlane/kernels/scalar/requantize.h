// Requantize (kernel_args.h) for one sum.
#pragma once

#include "pitlane/kernels/elementwise_body.h"

namespace pitlane::kernels {
namespace {

[[maybe_unused]] inline void requantize_one(const Requantize& r, int output, std::int32_t sum, std::ptrdiff_t at) {
  float y = static_cast<float>(sum) * r.multiplier[output] + r.bias[output];
  if (r.relu) y = OneLane::max(0, y);
  if (r.output_u8 == nullptr) {
    r.output_f32[at] = y;
    return;
  }
  const auto zero = static_cast<float>(r.zero_point);
  r.output_u8[at] =
      static_cast<std::uint8_t>(quantize_lanes<OneLane>(y, r.inverse_scale, -zero, 255 - zero, r.zero_point));
}

}  // namespace
}  // namespace pitlane::kernels
