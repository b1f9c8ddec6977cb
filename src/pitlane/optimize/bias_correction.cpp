#include "pitlane/optimize/bias_correction.h"

#include <algorithm>
#include <map>
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

struct Watchable {
  Network network;
  std::map<std::size_t, ValueId> values;  ///< by node: what it makes before its activation
};

/// The same network with the activations of these nodes as nodes of their own, so that what goes into them can be
/// watched; the others stay as they will run. Nodes keep the outputs that others read; the new values stand at the end.
Watchable split_activations(const Network& network, const std::vector<std::size_t>& nodes) {
  Watchable split{network, {}};
  split.network.nodes.clear();
  for (std::size_t i = 0; i < network.nodes.size(); ++i) {
    const Node& node = network.nodes[i];
    split.network.nodes.push_back(node);
    if (std::ranges::find(nodes, i) == nodes.end()) continue;
    ValueId& watched = split.values[i] = node.output;
    const Activation activation = layer_activation(node);
    if (activation == Activation::kNone) continue;
    const auto before = static_cast<ValueId>(split.network.values.size());
    split.network.values.push_back({node.name + ".before", network.values[node.output].shape, {}});
    set_activation(split.network.nodes.back(), Activation::kNone);
    split.network.nodes.back().output = watched = before;
    split.network.nodes.push_back({node.name + ".activation", Activate{activation}, {before}, node.output});
  }
  return split;
}

/// By node: the mean of each channel before the activation.
using Means = std::map<std::size_t, std::vector<double>>;

Result<Means> channel_means(const Network& network, const std::vector<std::size_t>& nodes, const Dataset& dataset,
                            std::span<const std::int64_t> samples, const ProgressFn& progress) {
  const Watchable split = split_activations(network, nodes);
  Means means;
  std::vector<ValueId> values;
  std::vector<std::vector<double>*> sums;  // by watched value
  for (const auto& [node, value] : split.values) {
    sums.push_back(&means[node]);
    sums.back()->assign(static_cast<std::size_t>(split.network.values[value].shape.back()), 0.0);
    values.push_back(value);
  }
  PITLANE_TRY(ActivationProbe probe, ActivationProbe::create(split.network, dataset, values));
  const auto add = [&](std::size_t which, std::span<const float> activations) {
    std::vector<double>& mean = *sums[which];
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

/// Layers that are corrected together.
struct Corrected {
  WeightId weight = kNoWeight, bias = kNoWeight;
  std::vector<std::size_t> nodes;  ///< in their order
};

std::vector<Corrected> corrected_layers(const Network& network) {
  std::vector<Corrected> all;
  for (const Layer& layer : weighted_layers(network)) {
    if (layer.bias == kNoWeight) continue;
    auto found =
        std::ranges::find_if(all, [&](const Corrected& c) { return c.weight == layer.weight && c.bias == layer.bias; });
    if (found == all.end()) found = all.insert(all.end(), {layer.weight, layer.bias, {}});
    found->nodes.push_back(layer.node);
  }
  return all;
}

/// Over all of the layer's nodes.
std::vector<double> joint_mean(const Means& means, const Corrected& layer) {
  std::vector<double> joint(means.at(layer.nodes.front()).size(), 0.0);
  for (const std::size_t node : layer.nodes)
    for (std::size_t o = 0; o < joint.size(); ++o)
      joint[o] += means.at(node)[o] / static_cast<double>(layer.nodes.size());
  return joint;
}

}  // namespace

void own_biases(Network& network) {
  for (const Corrected& layer : corrected_layers(network)) {
    if (!named_elsewhere(network, layer.bias, layer.nodes)) continue;
    Weight copy = network.weights[layer.bias];
    copy.name = network.nodes[layer.nodes.front()].name + "." + copy.name;
    network.weights.push_back(std::move(copy));
    for (const std::size_t node : layer.nodes)
      *weight_fields(network.nodes[node].op)[1] = static_cast<WeightId>(network.weights.size() - 1);
  }
}

Status correct_biases(const Network& original, Network& quantized, const Dataset& dataset,
                      std::span<const std::int64_t> samples, const ProgressFn& progress) {
  const std::vector<Corrected> layers = corrected_layers(quantized);
  std::vector<std::size_t> nodes;
  for (const Corrected& layer : layers) nodes.insert(nodes.end(), layer.nodes.begin(), layer.nodes.end());
  if (nodes.empty()) return {};
  PITLANE_TRY(const Means wanted, channel_means(original, nodes, dataset, samples, progress));
  for (const Corrected& layer : layers) {
    PITLANE_TRY(const Means now, channel_means(quantized, layer.nodes, dataset, samples, progress));
    shift_bias(quantized.weights[layer.bias], joint_mean(now, layer), joint_mean(wanted, layer));
  }
  return {};
}

}  // namespace pitlane
