#include <algorithm>
#include <cmath>
#include <string>

#include "pitlane/optimize/layers.h"
#include "pitlane/optimize/passes.h"

namespace pitlane {
namespace {

constexpr float kLargestHalf = 65504;  // IEEE 754 binary16

}  // namespace

Status apply_pass(const HalfWeights& /*pass*/, Network& network) {
  PITLANE_TRY_STATUS(apply_pass(FoldBatchNorm{}, network));
  for (const Layer& layer : weighted_layers(network)) {
    Weight& weight = network.weights[layer.weight];
    if (weight.storage == Storage::kF16) continue;  // shared with an earlier layer
    const auto values = weight.f32();
    const auto largest = std::ranges::max(values, {}, [](float v) { return std::abs(v); });
    if (std::abs(largest) > kLargestHalf)
      return numeric_error(layer_name(network.nodes[layer.node]) + " has a weight of " + std::to_string(largest) +
                           ", float16 ends at 65504; keep this network in float32");
    weight = make_f16_weight(weight.name, weight.shape, values);
  }
  return {};
}

}  // namespace pitlane
