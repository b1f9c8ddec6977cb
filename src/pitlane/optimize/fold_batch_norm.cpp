#include <algorithm>
#include <cmath>
#include <optional>
#include <utility>
#include <variant>
#include <vector>

#include "pitlane/engine/affine_chain.h"
#include "pitlane/engine/quantization.h"
#include "pitlane/optimize/compact.h"
#include "pitlane/optimize/layers.h"
#include "pitlane/optimize/passes.h"

namespace pitlane {
namespace {

// In deviations of what the normalisation reads, as it learnt them. Twice what real pictures reach: a border farther
// out would cost an 8-bit grid over picture and border more than half of its levels.
constexpr double kFarthestBorder = 8;

class Folder {
 public:
  explicit Folder(Network& network) : network_(network) {}

  /// True if a normalisation went away.
  bool fold_one() {
    for (std::size_t i = 0; i < network_.nodes.size(); ++i)
      if (std::holds_alternative<BatchNorm>(network_.nodes[i].op) && (fold_forward(i) || fold_backward(i))) return true;
    return false;
  }

 private:
  [[nodiscard]] bool is_result(ValueId value) const {
    return std::ranges::count(network_.outputs, value, &OutputSpec::value) > 0 ||
           std::ranges::count(network_.states, value, &StateSpec::after) > 0;
  }

  /// The only node that reads `value`, if there is just one and nobody else wants it.
  [[nodiscard]] std::optional<std::size_t> only_reader(ValueId value) const {
    std::optional<std::size_t> reader;
    for (std::size_t i = 0; i < network_.nodes.size(); ++i) {
      if (std::ranges::count(network_.nodes[i].inputs, value) == 0) continue;
      if (reader) return {};
      reader = i;
    }
    return is_result(value) ? std::optional<std::size_t>() : reader;
  }

  /// The layer behind node `norm`, looking through Flatten.
  [[nodiscard]] std::optional<std::size_t> layer_behind(std::size_t norm) const {
    std::optional<std::size_t> reader = only_reader(network_.nodes[norm].output);
    while (reader && std::holds_alternative<Flatten>(network_.nodes[*reader].op))
      reader = only_reader(network_.nodes[*reader].output);
    return reader;
  }

  bool fold_forward(std::size_t norm) {
    const std::optional<std::size_t> layer = layer_behind(norm);
    if (!layer) return false;
    const Affine affine = affine_of(network_, std::get<BatchNorm>(network_.nodes[norm].op));
    const Op& op = network_.nodes[*layer].op;
    if (const auto* conv = std::get_if<Conv2d>(&op)) {
      std::vector<float> pad;
      if (!(conv->padding == Padding{})) {
        pad = conv->pad_value;
        pad.resize(affine.scale.size(), 0.0F);
      }
      if (!can_undo(std::get<BatchNorm>(network_.nodes[norm].op), affine, pad)) return false;
      write(*layer, conv->weight, conv->bias, affine);
      std::get<Conv2d>(network_.nodes[*layer].op).pad_value = fold_padding(affine, pad);
    } else if (const auto* dense = std::get_if<Dense>(&op)) {
      write(*layer, dense->weight, dense->bias, affine);
    } else {
      return false;
    }
    bypass(norm);
    return true;
  }

  /// gamma 0 erases what lay under it, so nothing can be put there that gives back the border's value; a small one asks
  /// for something far from all that the layer reads.
  [[nodiscard]] bool can_undo(const BatchNorm& op, const Affine& affine, const std::vector<float>& pad) const {
    const std::vector<float> gamma = decode_f32(network_.weights[op.gamma]);
    const std::vector<float> beta = decode_f32(network_.weights[op.beta]);
    for (std::size_t c = 0; c < pad.size(); ++c)
      if (!(std::abs(static_cast<double>(pad[c]) - beta[c]) <= kFarthestBorder * std::abs(gamma[c]))) return false;
    return std::ranges::all_of(fold_padding(affine, pad), [](float v) { return std::isfinite(v); });
  }

  /// BatchNorm behind a layer without activation: the layer's own rows are scaled.
  bool fold_backward(std::size_t norm) {
    const ValueId between = network_.nodes[norm].inputs[0];
    const auto layer = std::ranges::find(network_.nodes, between, &Node::output);
    if (layer == network_.nodes.end() || only_reader(between) != norm) return false;
    if (layer_activation(*layer) != Activation::kNone) return false;
    const auto index = static_cast<std::size_t>(layer - network_.nodes.begin());
    const Affine affine = affine_of(network_, std::get<BatchNorm>(network_.nodes[norm].op));
    if (const auto* conv = std::get_if<Conv2d>(&layer->op)) {
      scale_rows(index, conv->weight, conv->bias, affine);
    } else if (const auto* dense = std::get_if<Dense>(&layer->op)) {
      scale_rows(index, dense->weight, dense->bias, affine);
    } else {
      return false;
    }
    bypass(norm);
    return true;
  }

  [[nodiscard]] std::vector<float> bias_values(WeightId bias, WeightId weight) const {
    if (bias != kNoWeight) return decode_f32(network_.weights[bias]);
    return std::vector<float>(static_cast<std::size_t>(network_.weights[weight].shape[0]), 0.0F);
  }

  void store(std::size_t node, WeightId weight, WeightId bias, std::vector<float> weights, std::vector<float> biases) {
    const WeightId own = own_weight(network_, node, weight);
    network_.weights[own] =
        make_f32_weight(network_.weights[own].name, network_.weights[own].shape, std::move(weights));
    const Shape shape = {static_cast<std::int64_t>(biases.size())};
    if (bias != kNoWeight) {
      const WeightId own_bias = own_weight(network_, node, bias);
      network_.weights[own_bias] = make_f32_weight(network_.weights[own_bias].name, shape, std::move(biases));
      return;
    }
    network_.weights.push_back(make_f32_weight(network_.nodes[node].name + ".bias", shape, std::move(biases)));
    const auto added = static_cast<WeightId>(network_.weights.size() - 1);
    if (auto* conv = std::get_if<Conv2d>(&network_.nodes[node].op)) conv->bias = added;
    if (auto* dense = std::get_if<Dense>(&network_.nodes[node].op)) dense->bias = added;
  }

  void write(std::size_t node, WeightId weight, WeightId bias, const Affine& affine) {
    FoldedLayer folded = fold(affine, decode_f32(network_.weights[weight]), bias_values(bias, weight));
    store(node, weight, bias, std::move(folded.weights), std::move(folded.bias));
  }

  void scale_rows(std::size_t node, WeightId weight, WeightId bias, const Affine& affine) {
    std::vector<float> weights = decode_f32(network_.weights[weight]);
    std::vector<float> biases = bias_values(bias, weight);
    const std::size_t terms = weights.size() / biases.size();
    for (std::size_t i = 0; i < weights.size(); ++i)
      weights[i] = static_cast<float>(weights[i] * affine.scale[i / terms]);
    for (std::size_t o = 0; o < biases.size(); ++o)
      biases[o] = static_cast<float>(biases[o] * affine.scale[o] + affine.offset[o]);
    store(node, weight, bias, std::move(weights), std::move(biases));
  }

  /// Removes the node; who named its output now names its input.
  void bypass(std::size_t norm) {
    const ValueId from = network_.nodes[norm].output, to = network_.nodes[norm].inputs[0];
    network_.nodes.erase(network_.nodes.begin() + static_cast<std::ptrdiff_t>(norm));
    for (Node& node : network_.nodes) std::ranges::replace(node.inputs, from, to);
    for (OutputSpec& output : network_.outputs)
      if (output.value == from) output.value = to;
    for (StateSpec& state : network_.states)
      if (state.after == from) state.after = to;
  }

  Network& network_;
};

}  // namespace

Status apply_pass(const FoldBatchNorm& /*pass*/, Network& network) {
  decode_all(network);
  Folder folder(network);
  while (folder.fold_one()) {
  }
  compact(network);
  return check_finite_layers(network);
}

}  // namespace pitlane
