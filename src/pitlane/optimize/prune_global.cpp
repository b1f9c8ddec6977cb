#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "pitlane/optimize/layers.h"
#include "pitlane/optimize/passes.h"

namespace pitlane {
namespace {

/// The `count`-th smallest magnitude, and how many of exactly that magnitude are to go.
struct Threshold {
  float magnitude = 0;
  std::size_t ties = 0;
};

Threshold find_threshold(std::vector<float> magnitudes, std::size_t count) {
  if (count == 0) return {};
  const auto nth = magnitudes.begin() + static_cast<std::ptrdiff_t>(count) - 1;
  std::ranges::nth_element(magnitudes, nth);
  const float magnitude = *nth;
  const auto below =
      std::count_if(magnitudes.begin(), magnitudes.end(), [magnitude](float m) { return m < magnitude; });
  return {magnitude, count - static_cast<std::size_t>(below)};
}

}  // namespace

Status apply_pass(const PruneGlobal& pass, Network& network) {
  if (!(pass.sparsity >= 0 && pass.sparsity < 1))
    return invalid_argument("sparsity must be at least 0 and below 1, is " + std::to_string(pass.sparsity));
  decode_all(network);
  PITLANE_TRY_STATUS(check_finite_layers(network));
  const std::vector<Layer> layers = prunable_layers(network);
  std::vector<float> magnitudes;
  for (const Layer& layer : layers)
    for (const float v : network.weights[layer.weight].f32()) magnitudes.push_back(std::abs(v));
  const auto count = static_cast<std::size_t>(pass.sparsity * static_cast<double>(magnitudes.size()));
  Threshold threshold = find_threshold(std::move(magnitudes), count);
  for (const Layer& layer : layers) {
    Weight& weight = network.weights[layer.weight];
    std::vector<float> values = decode_f32(weight);
    for (float& v : values) {
      const float magnitude = std::abs(v);
      if (magnitude > threshold.magnitude || (magnitude == threshold.magnitude && threshold.ties == 0)) continue;
      if (magnitude == threshold.magnitude) --threshold.ties;
      v = 0;
    }
    if (is_spared(network, layer, pass.spared)) continue;
    PITLANE_TRY_STATUS(check_some_are_left(network, layer, values, pass.sparsity));
    weight = make_f32_weight(weight.name, weight.shape, std::move(values));
  }
  return {};
}

}  // namespace pitlane
