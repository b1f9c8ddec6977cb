// The layers that have weights, seen alike.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <type_traits>
#include <variant>
#include <vector>

#include "pitlane/core/result.h"
#include "pitlane/network/int8_rounding.h"
#include "pitlane/network/network.h"

namespace pitlane {

/// A Conv2d or Dense of a network, by index so that it survives edits of other parts.
struct Layer {
  std::size_t node = 0;
  WeightId weight = kNoWeight;
  WeightId bias = kNoWeight;
};

/// In the order in which they run.
std::vector<Layer> weighted_layers(const Network& network);

/// The fields of an Op (or const Op) that name weights; some may be kNoWeight.
template <typename AnyOp>
auto weight_fields(AnyOp& op) {
  std::vector<std::conditional_t<std::is_const_v<AnyOp>, const WeightId, WeightId>*> fields;
  if (auto* conv = std::get_if<Conv2d>(&op)) fields = {&conv->weight, &conv->bias};
  if (auto* dense = std::get_if<Dense>(&op)) fields = {&dense->weight, &dense->bias};
  if (auto* norm = std::get_if<BatchNorm>(&op)) fields = {&norm->gamma, &norm->beta, &norm->mean, &norm->variance};
  return fields;
}

/// "Conv2d 'conv1'".
std::string layer_name(const Node& node);

Activation layer_activation(const Node& node);

/// The nodes that name `weight` as their weight: several where frames or time steps share a layer.
std::vector<std::size_t> users_of(const Network& network, WeightId weight);

/// Does a node that uses `weight` work in groups? Then no draws of inputs are those of all of its output channels.
bool works_in_groups(const Network& network, WeightId weight);

/// By node: whether its result becomes an output of the network or a state without passing another layer with weights.
/// A state that comes out of a Multiply, as an LSTM's does, is no such: gates have squashed what went into them.
std::vector<bool> output_makers(const Network& network);
bool makes_output(const Network& network, const Node& node);

/// Layers whose weights may become int8: not those that make outputs, nor other dense ones of at most 8192 weights
/// (some kilobytes and a microsecond; their rounding would go almost straight into the command: a third of a PilotNet's
/// error in steering), nor those whose integer sums could overflow, nor any that share their weights with such a layer.
std::vector<Layer> quantizable_layers(const Network& network);
/// All but those whose integer sums could overflow: for networks of integers alone.
std::vector<Layer> integer_layers(const Network& network);

/// What pruning takes from. One layer for each weight, however many share it: no weight is counted twice. Layers that
/// make outputs keep their weights: they are few, and on a scale of their own (an output's range), so that a threshold
/// for all layers would empty them. A network that has no other layers is pruned nevertheless. Layers of nothing but
/// zeros have nothing to give, and are left out where there are others.
std::vector<Layer> prunable_layers(const Network& network);

/// Has this layer, or the first of those that share its weights, one of these names?
bool is_spared(const Network& network, const Layer& layer, const std::vector<std::string>& names);

/// "70 %".
std::string percent(double share);

/// Error: no layer may be int8. `layers` as quantizable_layers(), or integer_layers().
Status check_some_quantizable(const std::vector<Layer>& layers, bool integers_only = false);

/// Error: nothing but zeros. `sparsity` is what was asked for.
Status check_some_are_left(const Network& network, const Layer& layer, std::span<const float> values, double sparsity);

/// How many different values its elements have; above `most` no more is counted than most + 1.
std::size_t distinct_values(const Weight& weight, std::size_t most);

/// Weights of these layers to int8. `scales` by WeightId; where it is empty, per output channel.
void quantize_layer_weights(Network& network, const std::vector<Layer>& layers,
                            const std::vector<I8Scales>& scales = {});

/// All weights to f32, and no fixed activation ranges: what every pass but the last of a recipe starts from.
void decode_all(Network& network);

/// Error naming the first layer that holds NaN or infinity.
Status check_finite_layers(const Network& network);

}  // namespace pitlane
