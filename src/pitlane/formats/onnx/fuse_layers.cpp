#include "pitlane/formats/onnx/fuse_layers.h"

#include <algorithm>
#include <utility>
#include <vector>

namespace pitlane::onnx {
namespace {

struct LayerFields {
  WeightId weight = kNoWeight;
  WeightId* bias = nullptr;
  Activation* activation = nullptr;
};

LayerFields fields_of(Node& node) {
  if (auto* conv = std::get_if<Conv2d>(&node.op)) return {conv->weight, &conv->bias, &conv->activation};
  if (auto* dense = std::get_if<Dense>(&node.op)) return {dense->weight, &dense->bias, &dense->activation};
  return {};
}

template <typename AnyOp>
std::vector<WeightId*> weight_fields(AnyOp& op) {
  if (auto* conv = std::get_if<Conv2d>(&op)) return {&conv->weight, &conv->bias};
  if (auto* dense = std::get_if<Dense>(&op)) return {&dense->weight, &dense->bias};
  if (auto* norm = std::get_if<BatchNorm>(&op)) return {&norm->gamma, &norm->beta, &norm->mean, &norm->variance};
  return {};
}

class Fusion {
 public:
  explicit Fusion(Network& network)
      : network_(network), uses_(network.values.size(), 0), maker_(network.values.size(), -1) {
    for (const Node& node : network.nodes)
      for (const ValueId input : node.inputs) ++use(input);
    for (const OutputSpec& output : network.outputs) ++use(output.value);
    for (const StateSpec& state : network.states) ++use(state.after);
  }

  void run() {
    std::vector<bool> kept(network_.nodes.size(), true);
    for (std::size_t i = 0; i < network_.nodes.size(); ++i) {
      Node& node = network_.nodes[i];
      const int before = maker_[static_cast<std::size_t>(node.inputs.front())];
      if (before >= 0 && absorbs(network_.nodes[static_cast<std::size_t>(before)], node)) {
        network_.nodes[static_cast<std::size_t>(before)].output = node.output;
        maker_[static_cast<std::size_t>(node.output)] = before;
        kept[i] = false;
      } else {
        maker_[static_cast<std::size_t>(node.output)] = static_cast<int>(i);
      }
    }
    std::vector<Node> nodes;
    for (std::size_t i = 0; i < kept.size(); ++i)
      if (kept[i]) nodes.push_back(std::move(network_.nodes[i]));
    network_.nodes = std::move(nodes);
  }

 private:
  int& use(ValueId value) { return uses_[static_cast<std::size_t>(value)]; }

  bool absorbs(Node& layer, const Node& node) {
    const LayerFields fields = fields_of(layer);
    if (fields.bias == nullptr || *fields.activation != Activation::kNone || use(layer.output) != 1) return false;
    // What is rounded before it is read is no longer what the layer could go on with.
    if (network_.values[static_cast<std::size_t>(layer.output)].quantization) return false;
    if (const auto* curve = std::get_if<Activate>(&node.op)) {
      if (curve->alpha != usual_alpha(curve->activation)) return false;
      *fields.activation = curve->activation;
      return true;
    }
    const auto* norm = std::get_if<BatchNorm>(&node.op);
    if (norm == nullptr || *fields.bias != kNoWeight || !only_adds(*norm)) return false;
    if (weight(norm->beta).shape[0] != weight(fields.weight).shape[0]) return false;
    *fields.bias = norm->beta;
    return true;
  }

  [[nodiscard]] const Weight& weight(WeightId id) const { return network_.weights[static_cast<std::size_t>(id)]; }

  [[nodiscard]] bool only_adds(const BatchNorm& norm) const {
    const auto all = [this](WeightId id, float x) {
      const Weight& w = weight(id);
      return w.storage == Storage::kF32 && std::ranges::all_of(w.f32(), [x](float v) { return v == x; });
    };
    return norm.epsilon == 0 && all(norm.gamma, 1) && all(norm.mean, 0) && all(norm.variance, 1);
  }

  Network& network_;
  std::vector<int> uses_;
  std::vector<int> maker_;  ///< by value: index of the node that makes it
};

/// Removes items that are not kept, and says where the others went.
template <typename T>
std::vector<int> compact(std::vector<T>& items, const std::vector<bool>& kept) {
  std::vector<int> place(items.size(), -1);
  std::vector<T> few;
  for (std::size_t i = 0; i < items.size(); ++i) {
    if (!kept[i]) continue;
    place[i] = static_cast<int>(few.size());
    few.push_back(std::move(items[i]));
  }
  items = std::move(few);
  return place;
}

void drop_unread(Network& network) {
  std::vector<bool> values(network.values.size(), false), nodes(network.nodes.size(), false),
      weights(network.weights.size(), false);
  const auto mark = [&values](ValueId id) { values[static_cast<std::size_t>(id)] = true; };
  for (const InputSpec& input : network.inputs) mark(input.value);
  for (const OutputSpec& output : network.outputs) mark(output.value);
  for (const StateSpec& state : network.states) mark(state.before), mark(state.after);
  for (std::size_t i = network.nodes.size(); i-- > 0;) {
    Node& node = network.nodes[i];
    if (!values[static_cast<std::size_t>(node.output)]) continue;
    nodes[i] = true;
    for (const ValueId input : node.inputs) mark(input);
    for (const WeightId* id : weight_fields(node.op))
      if (*id != kNoWeight) weights[static_cast<std::size_t>(*id)] = true;
  }
  compact(network.nodes, nodes);
  const std::vector<int> value_place = compact(network.values, values),
                         weight_place = compact(network.weights, weights);
  const auto move = [&value_place](ValueId& id) { id = value_place[static_cast<std::size_t>(id)]; };
  for (InputSpec& input : network.inputs) move(input.value);
  for (OutputSpec& output : network.outputs) move(output.value);
  for (StateSpec& state : network.states) move(state.before), move(state.after);
  for (Node& node : network.nodes) {
    for (ValueId& input : node.inputs) move(input);
    move(node.output);
    for (WeightId* id : weight_fields(node.op))
      if (*id != kNoWeight) *id = weight_place[static_cast<std::size_t>(*id)];
  }
}

}  // namespace

void fuse_layers(Network& network) {
  Fusion(network).run();
  drop_unread(network);
}

}  // namespace pitlane::onnx
