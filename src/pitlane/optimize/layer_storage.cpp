#include "pitlane/optimize/layer_storage.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <span>

#include "pitlane/engine/affine_chain.h"
#include "pitlane/optimize/bias_correction.h"

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

Status store_halves(Network& network, const std::vector<Layer>& layers, Storage storage) {
  for (const Layer& layer : layers) {
    Weight& weight = network.weights[layer.weight];
    if (weight.storage == storage) continue;  // shared with an earlier layer
    const auto values = weight.f32();
    if (storage == Storage::kBf16) {  // reaches as far as binary32
      weight = make_bf16_weight(weight.name, weight.shape, values);
      continue;
    }
    PITLANE_TRY_STATUS(check_range(network.nodes[layer.node], values));
    weight = make_f16_weight(weight.name, weight.shape, values);
  }
  return {};
}

/// A value that only floats read must not be rounded.
void drop_unread_ranges(Network& network, const std::vector<Layer>& int8_layers) {
  std::vector<bool> read(network.values.size(), false);
  for (const Layer& layer : int8_layers)
    read[static_cast<std::size_t>(storage_of(network, network.nodes[layer.node].inputs[0]))] = true;
  for (std::size_t i = 0; i < network.values.size(); ++i)
    if (!read[static_cast<std::size_t>(storage_of(network, static_cast<ValueId>(i)))])
      network.values[i].quantization.reset();
}

/// Gives layers their weights of fewer bits and takes them out of those that are still to be rounded.
void take_rounded(const StorageDraft& draft, const std::vector<bool>& stays, std::vector<Layer>& layers,
                  Network& network) {
  if (draft.rounded.empty()) return;
  std::erase_if(layers, [&](const Layer& layer) {
    const std::optional<Weight>& rounded = draft.rounded[layer.weight];
    if (!rounded || (!stays.empty() && stays[layer.weight])) return false;
    network.weights[layer.weight] = *rounded;
    return true;
  });
}

Network without_ranges(Network network) {
  for (Value& value : network.values) value.quantization.reset();
  return network;
}

}  // namespace

void leave_in_floats(const std::vector<WeightId>& weights, StorageDraft& draft) {
  std::erase_if(draft.layers, [&](const Layer& layer) { return std::ranges::count(weights, layer.weight) > 0; });
  for (const WeightId weight : weights)
    if (!draft.rounded.empty()) draft.rounded[static_cast<std::size_t>(weight)].reset();
  if (draft.storage == Storage::kI8) drop_unread_ranges(draft.floats, draft.layers);
}

Result<Network> store_layers(const StorageDraft& draft, const std::vector<bool>& stays, const Dataset* dataset,
                             const ProgressFn& progress) {
  Network network = draft.floats;
  std::vector<Layer> layers = draft.layers;
  const bool to_floats = draft.rounded.empty();
  if (!stays.empty() && to_floats) std::erase_if(layers, [&](const Layer& layer) { return stays[layer.weight]; });
  if (draft.storage != Storage::kI8) {
    PITLANE_TRY_STATUS(store_halves(network, layers, draft.storage));
    return network;
  }
  if (layers.size() != draft.layers.size()) drop_unread_ranges(network, layers);
  take_rounded(draft, stays, layers, network);
  quantize_layer_weights(network, layers, draft.scales);
  if (draft.bias_samples.empty()) return network;
  PITLANE_CHECK(dataset != nullptr);
  PITLANE_TRY_STATUS(correct_biases(without_ranges(draft.floats), network, *dataset, draft.bias_samples, progress));
  PITLANE_TRY_STATUS(check_finite_layers(network));
  return network;
}

}  // namespace pitlane
