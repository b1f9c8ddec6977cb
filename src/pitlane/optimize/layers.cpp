#include "pitlane/optimize/layers.h"

#include <algorithm>
#include <cmath>

#include "pitlane/engine/quantization.h"
#include "pitlane/kernels/kernel_args.h"

namespace pitlane {
namespace {

constexpr std::int64_t kSmallDense = 8192;

bool all_finite(const Weight& weight) {
  return std::ranges::all_of(decode_f32(weight), [](float v) { return std::isfinite(v); });
}

/// What the last layer in front of `value` made, before flattening, activation or normalisation.
ValueId layer_result(const Network& network, ValueId value) {
  for (const Node* node = producer(network, value); node != nullptr; node = producer(network, value)) {
    if (std::holds_alternative<Conv2d>(node->op) || std::holds_alternative<Dense>(node->op)) break;
    value = node->inputs.front();
  }
  return value;
}

}  // namespace

std::vector<Layer> weighted_layers(const Network& network) {
  std::vector<Layer> layers;
  for (std::size_t i = 0; i < network.nodes.size(); ++i) {
    const Op& op = network.nodes[i].op;
    if (const auto* conv = std::get_if<Conv2d>(&op)) layers.push_back({i, conv->weight, conv->bias});
    if (const auto* dense = std::get_if<Dense>(&op)) layers.push_back({i, dense->weight, dense->bias});
  }
  return layers;
}

std::string layer_name(const Node& node) { return std::string(op_name(node.op)) + " '" + node.name + "'"; }

Activation layer_activation(const Node& node) {
  if (const auto* conv = std::get_if<Conv2d>(&node.op)) return conv->activation;
  if (const auto* dense = std::get_if<Dense>(&node.op)) return dense->activation;
  return Activation::kNone;
}

bool makes_output(const Network& network, const Node& node) {
  const auto is_result = [&](ValueId value) { return layer_result(network, value) == node.output; };
  return std::ranges::any_of(network.outputs, is_result, &OutputSpec::value) ||
         std::ranges::any_of(network.states, is_result, &StateSpec::after);
}

std::vector<Layer> quantizable_layers(const Network& network) {
  std::vector<Layer> layers = weighted_layers(network);
  std::erase_if(layers, [&](const Layer& layer) {
    const Weight& weight = network.weights[layer.weight];
    const Node& node = network.nodes[layer.node];
    const bool small = std::holds_alternative<Dense>(node.op) && weight.size() <= kSmallDense;
    return small || makes_output(network, node) || weight.size() / weight.shape[0] > kernels::kMaxI8Terms;
  });
  return layers;
}

void quantize_layer_weights(Network& network, const std::vector<Layer>& layers) {
  for (const Layer& layer : layers) {
    Weight& weight = network.weights[layer.weight];
    if (weight.storage != Storage::kI8) weight = quantize_i8(weight);
  }
}

void decode_all(Network& network) {
  for (Weight& weight : network.weights)
    if (weight.storage != Storage::kF32) weight = make_f32_weight(weight.name, weight.shape, decode_f32(weight));
  for (Value& value : network.values) value.quantization.reset();
}

Status check_finite_layers(const Network& network) {
  for (const Node& node : network.nodes)
    for (const WeightId* id : weight_fields(node.op))
      if (*id != kNoWeight && !all_finite(network.weights[*id]))
        return numeric_error(layer_name(node) + " holds NaN or infinity in '" + network.weights[*id].name + "'");
  return {};
}

}  // namespace pitlane
