#include <algorithm>
#include <cmath>
#include <cstdio>
#include <span>
#include <string>

#include "pitlane/optimize/layers.h"
#include "pitlane/optimize/passes.h"

namespace pitlane {
namespace {

// IEEE 754 binary16. Below the smallest normal number each halving costs a bit.
constexpr float kLargestHalf = 65504, kSmallestNormalHalf = 6.1035e-05F;

/// Error where a layer's weights would overflow, or would all lose precision.
Status check_range(const Node& node, std::span<const float> values) {
  float largest = 0;
  for (const float v : values) largest = std::max(largest, std::abs(v));
  if (largest == 0 || (largest <= kLargestHalf && largest >= kSmallestNormalHalf)) return {};
  char magnitude[32];
  std::snprintf(magnitude, sizeof magnitude, "%.6g", static_cast<double>(largest));
  return numeric_error(layer_name(node) + " has weights up to " + magnitude +
                       ", float16 reaches from 6.1e-05 to 65504; keep this network in float32");
}

}  // namespace

Status apply_pass(const HalfWeights& pass, Network& network) {
  PITLANE_TRY_STATUS(apply_pass(FoldBatchNorm{}, network));
  for (const Layer& layer : weighted_layers(network)) {
    Weight& weight = network.weights[layer.weight];
    if (weight.storage == pass.storage) continue;  // shared with an earlier layer
    const auto values = weight.f32();
    if (pass.storage == Storage::kBf16) {  // reaches as far as binary32
      weight = make_bf16_weight(weight.name, weight.shape, values);
      continue;
    }
    PITLANE_TRY_STATUS(check_range(network.nodes[layer.node], values));
    weight = make_f16_weight(weight.name, weight.shape, values);
  }
  return {};
}

}  // namespace pitlane
