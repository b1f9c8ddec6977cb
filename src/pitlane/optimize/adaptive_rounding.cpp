#include "pitlane/optimize/adaptive_rounding.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "pitlane/optimize/greedy_rounding.h"

namespace pitlane {
namespace {

/// The largest magnitude is the outermost level. Narrower scales round less and cut the largest weights off, which no
/// other weight can make good: on trained PilotNets every narrower one cost accuracy and bytes.
float fitting_scale(std::span<const float> weights, int top) {
  float largest = 0;
  for (const float w : weights) largest = std::max(largest, std::abs(w));
  const float scale = largest / static_cast<float>(top);
  return std::isnormal(scale) ? scale : 1;  // zeros, or as good as
}

/// The level next to `weight`, above or below it, that is closer to `wished`.
float neighbour(float weight, float wished, float scale, float top) {
  const float below = std::clamp(std::floor(weight / scale), -top, top);
  const float above = std::clamp(std::floor(weight / scale) + 1, -top, top);
  return std::clamp(std::nearbyint(wished / scale), below, above);
}

}  // namespace

Result<Weight> round_adaptively(const Weight& weight, int bits, const LayerInputs& inputs, const ProgressFn& progress) {
  if (bits < 2 || bits > 8) return invalid_argument("weights take 2 to 8 bits, not " + std::to_string(bits));
  const int top = (1 << (bits - 1)) - 1;
  const std::span<const float> values = weight.f32();
  std::vector<float> scales;
  for (std::size_t begin = 0; begin < values.size(); begin += inputs.terms)
    scales.push_back(fitting_scale(values.subspan(begin, inputs.terms), top));
  const auto round = [&](std::size_t channel, float value, float wished) {
    return scales[channel] * neighbour(value, wished, scales[channel], static_cast<float>(top));
  };
  PITLANE_TRY(const std::vector<float> rounded, round_greedily(weight, inputs, round, progress));
  std::vector<std::int8_t> levels(rounded.size());
  for (std::size_t i = 0; i < rounded.size(); ++i)
    levels[i] = static_cast<std::int8_t>(std::nearbyint(rounded[i] / scales[i / inputs.terms]));
  return make_i8_weight(weight.name, weight.shape, std::move(levels), std::move(scales));
}

}  // namespace pitlane
