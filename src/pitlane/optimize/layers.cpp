#include "pitlane/optimize/layers.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <set>

#include "pitlane/kernels/kernel_args.h"

namespace pitlane {
namespace {

constexpr std::int64_t kSmallDense = 8192;

bool all_finite(const Weight& weight) {
  return std::ranges::all_of(decode_f32(weight), [](float v) { return std::isfinite(v); });
}

bool sums_could_overflow(const Weight& weight) { return weight.size() / weight.shape[0] > kernels::kMaxI8Terms; }

bool is_layer(const Op& op) { return std::holds_alternative<Conv2d>(op) || std::holds_alternative<Dense>(op); }

/// Marks the layers behind which `wanted` stand, with other operators between at most; where `gates_end`, no Multiply.
class BackwardWalk {
 public:
  BackwardWalk(const Network& network, bool gates_end, std::vector<bool>& marks)
      : network_(network), gates_end_(gates_end), marks_(marks), producer_(network.values.size(), -1) {
    for (std::size_t i = 0; i < network.nodes.size(); ++i)
      producer_[network.nodes[i].output] = static_cast<std::ptrdiff_t>(i);
  }

  void walk(ValueId wanted) {
    std::vector<ValueId> open = {wanted};
    while (!open.empty()) {
      const std::ptrdiff_t made_by = producer_[open.back()];
      producer_[open.back()] = -1;  // once is enough
      open.pop_back();
      if (made_by < 0) continue;
      const Node& node = network_.nodes[made_by];
      if (is_layer(node.op)) {
        marks_[made_by] = true;
      } else if (!gates_end_ || !std::holds_alternative<Multiply>(node.op)) {
        open.insert(open.end(), node.inputs.begin(), node.inputs.end());
      }
    }
  }

 private:
  const Network& network_;
  bool gates_end_;
  std::vector<bool>& marks_;
  std::vector<std::ptrdiff_t> producer_;  // by value, -1: an input, or walked already
};

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

std::vector<std::size_t> users_of(const Network& network, WeightId weight) {
  std::vector<std::size_t> users;
  for (const Layer& layer : weighted_layers(network))
    if (layer.weight == weight) users.push_back(layer.node);
  return users;
}

bool works_in_groups(const Network& network, WeightId weight) {
  return std::ranges::any_of(users_of(network, weight), [&](std::size_t node) {
    const auto* conv = std::get_if<Conv2d>(&network.nodes[node].op);
    return conv != nullptr && conv->groups > 1;
  });
}

std::vector<bool> output_makers(const Network& network) {
  std::vector<bool> makers(network.nodes.size(), false);
  BackwardWalk outputs(network, false, makers);
  for (const OutputSpec& output : network.outputs) outputs.walk(output.value);
  BackwardWalk states(network, true, makers);
  for (const StateSpec& state : network.states) states.walk(state.after);
  return makers;
}

bool makes_output(const Network& network, const Node& node) {
  const auto found = std::ranges::find(network.nodes, node.output, &Node::output);
  return output_makers(network)[static_cast<std::size_t>(found - network.nodes.begin())];
}

std::vector<Layer> quantizable_layers(const Network& network) {
  std::vector<Layer> layers = weighted_layers(network);
  const std::vector<bool> makers = output_makers(network);
  std::vector<bool> stays(network.weights.size(), false);
  for (const Layer& layer : layers) {
    const Weight& weight = network.weights[layer.weight];
    const bool small = std::holds_alternative<Dense>(network.nodes[layer.node].op) && weight.size() <= kSmallDense;
    if (small || makers[layer.node] || sums_could_overflow(weight)) stays[layer.weight] = true;
  }
  std::erase_if(layers, [&](const Layer& layer) { return stays[layer.weight]; });
  return layers;
}

std::vector<Layer> integer_layers(const Network& network) {
  std::vector<Layer> layers = weighted_layers(network);
  std::erase_if(layers, [&](const Layer& layer) { return sums_could_overflow(network.weights[layer.weight]); });
  return layers;
}

std::vector<Layer> prunable_layers(const Network& network) {
  const std::vector<bool> makers = output_makers(network);
  std::vector<Layer> inner, all;
  for (const Layer& layer : weighted_layers(network)) {
    if (std::ranges::find(all, layer.weight, &Layer::weight) != all.end()) continue;
    all.push_back(layer);
    if (std::ranges::none_of(users_of(network, layer.weight), [&](std::size_t node) { return makers[node]; }))
      inner.push_back(layer);
  }
  const auto is_zero = [&](const Layer& layer) {
    return std::ranges::all_of(decode_f32(network.weights[layer.weight]), [](float v) { return v == 0; });
  };
  for (std::vector<Layer>* layers : {&inner, &all})
    if (!std::ranges::all_of(*layers, is_zero)) std::erase_if(*layers, is_zero);
  return inner.empty() ? all : inner;
}

Status check_some_quantizable(const std::vector<Layer>& layers, bool integers_only) {
  if (!layers.empty()) return {};
  if (integers_only) return inapplicable("no layer may be int8: there is none whose integer sums fit 32 bits");
  return inapplicable(
      "no layer may be int8: those that make outputs, and dense ones of at most 8,192 weights, stay in floats; "
      "int_quan takes all");
}

bool is_spared(const Network& network, const Layer& layer, const std::vector<std::string>& names) {
  return std::ranges::count(names, network.nodes[users_of(network, layer.weight).front()].name) > 0;
}

std::string percent(double share) {
  char buffer[32];
  std::snprintf(buffer, sizeof buffer, "%.4g %%", 100 * share);
  return buffer;
}

Status check_some_are_left(const Network& network, const Layer& layer, std::span<const float> values, double sparsity) {
  if (!std::ranges::all_of(values, [](float v) { return v == 0; })) return {};
  return invalid_argument(layer_name(network.nodes[layer.node]) + " would lose all of its weights at a sparsity of " +
                          percent(sparsity) + "; ask for less");
}

std::size_t distinct_values(const Weight& weight, std::size_t most) {
  std::set<float> found;
  for (const float v : decode_f32(weight)) {
    found.insert(v);
    if (found.size() > most) break;
  }
  return found.size();
}

void quantize_layer_weights(Network& network, const std::vector<Layer>& layers, const std::vector<I8Scales>& scales) {
  for (const Layer& layer : layers) {
    Weight& weight = network.weights[layer.weight];
    if (weight.storage != Storage::kI8)
      weight = quantize_i8(weight, scales.empty() ? I8Scales::kPerChannel : scales[layer.weight]);
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
