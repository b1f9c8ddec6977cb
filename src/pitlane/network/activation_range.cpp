#include "pitlane/network/activation_range.h"

#include <algorithm>
#include <cmath>

namespace pitlane {
namespace {

float scale_of(ActivationRange range) {
  return static_cast<float>((static_cast<double>(range.high) - range.low) / 255);
}

}  // namespace

void ActivationRange::include(float value) {
  low = std::min(low, value);
  high = std::max(high, value);
}

bool has_levels(ActivationRange range) { return std::isnormal(scale_of(range)); }

ActivationQuantization quantization_of(ActivationRange range) {
  if (!has_levels(range)) return {1, 0};
  const float scale = scale_of(range);
  const float zero = std::nearbyint(-range.low / scale);
  return {scale, static_cast<std::int32_t>(std::clamp(zero, 0.0F, 255.0F))};
}

ActivationRange range_of(const ActivationQuantization& quantization) {
  const auto zero = static_cast<float>(quantization.zero_point);
  return {-zero * quantization.scale, (255 - zero) * quantization.scale};
}

}  // namespace pitlane
