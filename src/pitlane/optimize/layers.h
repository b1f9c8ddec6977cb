// The layers that have weights, seen alike.
#pragma once

#include <cstddef>
#include <string>
#include <type_traits>
#include <variant>
#include <vector>

#include "pitlane/core/result.h"
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

/// True if the node's result becomes an output of the network or a state without passing another layer with weights.
bool makes_output(const Network& network, const Node& node);

/// Layers whose weights may become int8: not those that make outputs, nor other dense ones of at most 8192 weights
/// (some kilobytes and a microsecond; their rounding would go almost straight into the command: a third of a PilotNet's
/// error in steering), nor those whose integer sums could overflow.
std::vector<Layer> quantizable_layers(const Network& network);

/// Weights of these layers to int8 per output channel.
void quantize_layer_weights(Network& network, const std::vector<Layer>& layers);

/// All weights to f32, and no fixed activation ranges: what every pass but the last of a recipe starts from.
void decode_all(Network& network);

/// Error naming the first layer that holds NaN or infinity.
Status check_finite_layers(const Network& network);

}  // namespace pitlane
