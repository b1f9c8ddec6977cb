#include "pitlane/optimize/bias_correction.h"

#include <string>
#include <utility>
#include <vector>

#include "pitlane/optimize/activation_probe.h"
#include "pitlane/optimize/compact.h"
#include "pitlane/optimize/layers.h"

namespace pitlane {
namespace {

void set_activation(Node& node, Activation activation) {
  if (auto* conv = std::get_if<Conv2d>(&node.op)) conv->activation = activation;
  if (auto* dense = std::get_if<Dense>(&node.op)) dense->activation = activation;
}

/// The same network with activations as nodes of their own, so that what goes into them can be watched. Nodes keep the
/// outputs that others read; the new values stand at the end.
Network split_activations(const Network& network) {
  Network split = network;
  split.nodes.clear();
  for (const Node& node : network.nodes) {
    const Activation activation = layer_activation(node);
    split.nodes.push_back(node);
    if (activation == Activation::kNone) continue;
    const auto before = static_cast<ValueId>(split.values.size());
    split.values.push_back({node.name + ".before", network.values[node.output].shape, {}});
    set_activation(split.nodes.back(), Activation::kNone);
    split.nodes.back().output = before;
    split.nodes.push_back({node.name + ".activation", Activate{activation}, {before}, node.output});
  }
  return split;
}

/// By watched value and channel.
using Means = std::vector<std::vector<double>>;

Result<Means> channel_means(const Network& network, const std::vector<ValueId>& values, const Dataset& dataset,
                            std::span<const std::int64_t> samples, const ProgressFn& progress) {
  Means means;
  for (const ValueId value : values)
    means.emplace_back(static_cast<std::size_t>(network.values[value].shape.back()), 0.0);
  PITLANE_TRY(ActivationProbe probe, ActivationProbe::create(network, dataset, values));
  const auto add = [&](std::size_t which, std::span<const float> activations) {
    std::vector<double>& mean = means[which];
    const double share = static_cast<double>(mean.size()) /
                         (static_cast<double>(activations.size()) * static_cast<double>(samples.size()));
    for (std::size_t i = 0; i < activations.size(); ++i) mean[i % mean.size()] += activations[i] * share;
  };
  PITLANE_TRY_STATUS(probe.run(samples, add, progress));
  return means;
}

void shift_bias(Weight& bias, const std::vector<double>& now, const std::vector<double>& wanted) {
  std::vector<float> values = decode_f32(bias);
  for (std::size_t o = 0; o < values.size(); ++o) values[o] = static_cast<float>(values[o] + wanted[o] - now[o]);
  bias = make_f32_weight(bias.name, bias.shape, std::move(values));
}

}  // namespace

void own_biases(Network& network) {
  for (const Layer& layer : weighted_layers(network))
    if (layer.bias != kNoWeight) own_weight(network, layer.node, layer.bias);
}

Status correct_biases(const Network& original, Network& quantized, const Dataset& dataset,
                      std::span<const std::int64_t> samples, const ProgressFn& progress) {
  const Network wanted = split_activations(original);
  Network split = split_activations(quantized);
  std::vector<ValueId> values;
  std::vector<WeightId> biases;
  for (const Layer& layer : weighted_layers(split)) {
    if (layer.bias == kNoWeight) continue;
    values.push_back(split.nodes[layer.node].output);
    biases.push_back(layer.bias);
  }
  if (values.empty()) return {};
  PITLANE_TRY(const Means target, channel_means(wanted, values, dataset, samples, progress));
  for (std::size_t i = 0; i < values.size(); ++i) {
    PITLANE_TRY(const Means now, channel_means(split, {values[i]}, dataset, samples, progress));
    shift_bias(split.weights[biases[i]], now.front(), target[i]);
  }
  quantized.weights = std::move(split.weights);
  return {};
}

}  // namespace pitlane
