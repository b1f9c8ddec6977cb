#include "pitlane/optimize/remove_channels.h"

#include <algorithm>
#include <utility>

#include "pitlane/optimize/compact.h"
#include "pitlane/optimize/layers.h"

namespace pitlane {
namespace {

bool keeps_channels_apart(const Op& op) {
  return std::holds_alternative<BatchNorm>(op) || std::holds_alternative<Activate>(op) ||
         std::holds_alternative<Pool2d>(op) || std::holds_alternative<Pad>(op) || std::holds_alternative<Flatten>(op) ||
         std::holds_alternative<Concat>(op);
}

bool is_grouped(const Op& op) {
  const auto* conv = std::get_if<Conv2d>(&op);
  return conv != nullptr && conv->groups > 1;
}

/// Why a value must keep its channels, looking at all that read it.
class Readers {
 public:
  explicit Readers(const Network& network) : network_(network) {
    for (const OutputSpec& output : network.outputs) results_.push_back(output.value);
    for (const StateSpec& state : network.states) results_.insert(results_.end(), {state.before, state.after});
  }

  [[nodiscard]] std::string refusal(ValueId value) const {
    if (std::ranges::count(results_, value) > 0) return "it becomes an output or a memory";
    for (const Node& node : network_.nodes) {
      if (std::ranges::count(node.inputs, value) == 0) continue;
      if (std::string why = refusal_of(node); !why.empty()) return why;
    }
    return "";
  }

 private:
  [[nodiscard]] std::string refusal_of(const Node& reader) const {
    if (is_grouped(reader.op)) return layer_name(reader) + " reads it in groups";
    if (std::holds_alternative<Conv2d>(reader.op) || std::holds_alternative<Dense>(reader.op)) {
      const WeightId weight = *weight_fields(reader.op)[0];
      return users_of(network_, weight).size() == 1 ? "" : layer_name(reader) + " reads it and shares its weights";
    }
    if (!keeps_channels_apart(reader.op)) return layer_name(reader) + " reads it and mixes channels";
    return refusal(reader.output);
  }

  const Network& network_;
  std::vector<ValueId> results_;
};

using Mask = std::vector<bool>;

std::size_t kept(const Mask& mask) { return static_cast<std::size_t>(std::ranges::count(mask, true)); }

/// The elements of `values`, {outer, mask.size(), inner} in shape, whose middle index stays.
std::vector<float> selected(const std::vector<float>& values, const Mask& mask, std::size_t inner) {
  std::vector<float> out;
  for (std::size_t i = 0; i < values.size(); ++i)
    if (mask[i / inner % mask.size()]) out.push_back(values[i]);
  return out;
}

/// Goes through the nodes in their order and carries along which channels of each value are left.
class Remover {
 public:
  explicit Remover(const Network& network) : network_(network), masks_(network.values.size()) {
    for (std::size_t v = 0; v < masks_.size(); ++v)
      masks_[v].assign(static_cast<std::size_t>(network.values[v].shape.back()), true);
  }

  Result<Network> run(const std::vector<Mask>& keep) {
    for (std::size_t i = 0; i < network_.nodes.size(); ++i) {
      Node& node = network_.nodes[i];
      Mask out = mask_after(node);
      if (!keep[i].empty()) out = keep[i];
      cut(node, out);
      masks_[node.output] = std::move(out);
      std::vector<Shape> inputs;
      for (const ValueId input : node.inputs) inputs.push_back(network_.values[input].shape);
      PITLANE_TRY(network_.values[node.output].shape, infer_shape(node.op, network_.weights, inputs));
    }
    compact(network_);
    PITLANE_TRY_STATUS(validate(network_));
    return std::move(network_);
  }

 private:
  /// Of what the node makes, if it removes nothing itself.
  [[nodiscard]] Mask mask_after(const Node& node) const {
    const Mask& in = masks_[node.inputs[0]];
    Mask out;
    if (std::holds_alternative<Flatten>(node.op)) {
      while (out.size() < masks_[node.output].size()) out.insert(out.end(), in.begin(), in.end());
      return out;
    }
    if (std::holds_alternative<Concat>(node.op)) {
      for (const ValueId input : node.inputs) out.insert(out.end(), masks_[input].begin(), masks_[input].end());
      return out;
    }
    return keeps_channels_apart(node.op) ? in : masks_[node.output];
  }

  void cut(Node& node, const Mask& out) {
    const Mask& in = masks_[node.inputs[0]];
    if (auto* conv = std::get_if<Conv2d>(&node.op)) {
      if (!conv->pad_value.empty()) conv->pad_value = selected(conv->pad_value, in, 1);
      cut_layer(node, conv->weight, conv->bias, in, out);
    } else if (auto* dense = std::get_if<Dense>(&node.op)) {
      cut_layer(node, dense->weight, dense->bias, in, out);
    } else if (auto* norm = std::get_if<BatchNorm>(&node.op)) {
      for (WeightId* id : {&norm->gamma, &norm->beta, &norm->mean, &norm->variance}) cut_rows(node, *id, out);
    }
  }

  /// Others may name the weight as it was: each node gets one of its own, and what nobody names any more goes in the
  /// end.
  void replace(const Node& node, WeightId& id, Shape shape, std::vector<float> values) {
    const std::string name = network_.weights[id].name;
    if (!named_elsewhere(network_, id, {static_cast<std::size_t>(&node - network_.nodes.data())})) {
      network_.weights[id] = make_f32_weight(name, std::move(shape), std::move(values));
      return;
    }
    network_.weights.push_back(make_f32_weight(node.name + "." + name, std::move(shape), std::move(values)));
    id = static_cast<WeightId>(network_.weights.size() - 1);
  }

  void cut_rows(const Node& node, WeightId& id, const Mask& out) {
    if (id == kNoWeight || kept(out) == out.size()) return;
    replace(node, id, {static_cast<std::int64_t>(kept(out))}, selected(decode_f32(network_.weights[id]), out, 1));
  }

  void cut_layer(const Node& node, WeightId& weight, WeightId& bias, const Mask& in, const Mask& out) {
    cut_rows(node, bias, out);
    if (kept(in) == in.size() && kept(out) == out.size()) return;
    Shape shape = network_.weights[weight].shape;
    std::vector<float> values = decode_f32(network_.weights[weight]);
    const std::size_t row = values.size() / out.size();
    values = selected(values, out, row);
    values = selected(values, in, 1);  // a dense layer over a picture reads its channels again at each pixel
    shape.front() = static_cast<std::int64_t>(kept(out));
    shape.back() = static_cast<std::int64_t>(static_cast<std::size_t>(shape.back()) / in.size() * kept(in));
    replace(node, weight, std::move(shape), std::move(values));
  }

  Network network_;
  std::vector<Mask> masks_;  // by value: which of the channels that it had are left
};

}  // namespace

std::vector<std::string> why_channels_must_stay(const Network& network) {
  const Readers readers(network);
  std::vector<std::string> why(network.nodes.size());
  for (const Layer& layer : weighted_layers(network)) {
    const Node& node = network.nodes[layer.node];
    if (is_grouped(node.op)) why[layer.node] = "it works in groups";
    if (users_of(network, layer.weight).size() > 1) why[layer.node] = "it shares its weights";
    if (why[layer.node].empty()) why[layer.node] = readers.refusal(node.output);
  }
  return why;
}

Result<Network> without_channels(const Network& network, const std::vector<std::vector<bool>>& keep) {
  PITLANE_CHECK(keep.size() == network.nodes.size());
  const std::vector<std::string> why = why_channels_must_stay(network);
  for (std::size_t i = 0; i < keep.size(); ++i) {
    if (keep[i].empty()) continue;
    const std::string name = layer_name(network.nodes[i]);
    if (!why[i].empty() && kept(keep[i]) < keep[i].size())
      return invalid_argument(name + " must keep its channels: " + why[i]);
    if (kept(keep[i]) == 0) return invalid_argument(name + " would lose all of its channels; keep more");
  }
  return Remover(network).run(keep);
}

}  // namespace pitlane
