#include "pitlane/optimize/bias_correction.h"

#include <algorithm>
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

/// Layers that are corrected together, and what they make.
struct Corrected {
  WeightId weight = kNoWeight, bias = kNoWeight;
  std::vector<std::size_t> nodes;
  std::vector<ValueId> values;
};

std::vector<Corrected> corrected_layers(const Network& network) {
  std::vector<Corrected> all;
  for (const Layer& layer : weighted_layers(network)) {
    if (layer.bias == kNoWeight) continue;
    auto found =
        std::ranges::find_if(all, [&](const Corrected& c) { return c.weight == layer.weight && c.bias == layer.bias; });
    if (found == all.end()) found = all.insert(all.end(), {layer.weight, layer.bias, {}, {}});
    found->nodes.push_back(layer.node);
    found->values.push_back(network.nodes[layer.node].output);
  }
  return all;
}

/// The mean of `means` over some of its values.
std::vector<double> joint_mean(const Means& means, std::size_t first, std::size_t count) {
  std::vector<double> joint(means[first].size(), 0.0);
  for (std::size_t i = first; i < first + count; ++i)
    for (std::size_t o = 0; o < joint.size(); ++o) joint[o] += means[i][o] / static_cast<double>(count);
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
  const Network wanted = split_activations(original);
  Network split = split_activations(quantized);
  const std::vector<Corrected> layers = corrected_layers(split);
  std::vector<ValueId> values;
  for (const Corrected& layer : layers) values.insert(values.end(), layer.values.begin(), layer.values.end());
  if (values.empty()) return {};
  PITLANE_TRY(const Means target, channel_means(wanted, values, dataset, samples, progress));
  std::size_t first = 0;
  for (const Corrected& layer : layers) {
    const std::size_t count = layer.values.size();
    PITLANE_TRY(const Means now, channel_means(split, layer.values, dataset, samples, progress));
    shift_bias(split.weights[layer.bias], joint_mean(now, 0, count), joint_mean(target, first, count));
    first += count;
  }
  quantized.weights = std::move(split.weights);
  return {};
}

}  // namespace pitlane
