#include <algorithm>
#include <cmath>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "pitlane/engine/affine_chain.h"
#include "pitlane/engine/quantization.h"
#include "pitlane/optimize/compact.h"
#include "pitlane/optimize/layers.h"
#include "pitlane/optimize/passes.h"
#include "pitlane/optimize/readers.h"

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
      if (norm_at(i) != nullptr && (fold_forward(i) || fold_backward(i))) return true;
    return false;
  }

 private:
  [[nodiscard]] const BatchNorm* norm_at(std::size_t node) const {
    return std::get_if<BatchNorm>(&network_.nodes[node].op);
  }

  /// The layer behind node `norm`, looking through Flatten and, in front of a Dense, Reshape: a convolution would see
  /// other channels.
  [[nodiscard]] std::optional<std::size_t> layer_behind(std::size_t norm) const {
    std::optional<std::size_t> reader = only_reader(network_, network_.nodes[norm].output);
    bool reshaped = false;
    while (reader && renames(network_.nodes[*reader].op)) {
      reshaped = true;
      reader = only_reader(network_, network_.nodes[*reader].output);
    }
    if (!reader) return {};
    const Op& op = network_.nodes[*reader].op;
    const bool fits = std::holds_alternative<Dense>(op) || (std::holds_alternative<Conv2d>(op) && !reshaped);
    return fits ? reader : std::optional<std::size_t>();
  }

  /// The layer without activation in front of node `norm`, if nobody else reads it.
  [[nodiscard]] std::optional<std::size_t> layer_before(std::size_t norm) const {
    const ValueId between = network_.nodes[norm].inputs[0];
    const auto layer = std::ranges::find(network_.nodes, between, &Node::output);
    if (layer == network_.nodes.end() || only_reader(network_, between) != norm) return {};
    if (layer_activation(*layer) != Activation::kNone || weight_fields(layer->op).size() != 2) return {};
    return static_cast<std::size_t>(layer - network_.nodes.begin());
  }

  [[nodiscard]] bool same_norm(const BatchNorm& a, const BatchNorm& b) const {
    return a.gamma == b.gamma && a.beta == b.beta && a.mean == b.mean && a.variance == b.variance &&
           a.epsilon == b.epsilon;
  }

  /// Same weights, bias and border: what is folded into one is right for the other.
  [[nodiscard]] bool same_layer(const Op& a, const Op& b) const {
    if (!std::ranges::equal(
            weight_fields(a), weight_fields(b), {}, [](const WeightId* id) { return *id; },
            [](const WeightId* id) { return *id; }))
      return false;
    const auto* x = std::get_if<Conv2d>(&a);
    const auto* y = std::get_if<Conv2d>(&b);
    if (x == nullptr || y == nullptr) return x == y;
    const bool padded = !(x->padding == Padding{});
    return x->groups == y->groups && padded == !(y->padding == Padding{}) && (!padded || x->pad_value == y->pad_value);
  }

  /// A layer that stands in the network several times (its weights are shared) is folded in all places or in none.
  struct Places {
    std::vector<std::size_t> layers, norms;
  };

  /// All places of `layer`, with the normalisation that `neighbour` (layer_behind or layer_before) finds for each;
  /// empty where they do not agree.
  template <typename Neighbour>
  [[nodiscard]] Places places_of(std::size_t layer, std::size_t norm, const Neighbour& neighbour) const {
    Places places{users_of(network_, *weight_fields(network_.nodes[layer].op)[0]), {}};
    for (const std::size_t user : places.layers) {
      if (!same_layer(network_.nodes[layer].op, network_.nodes[user].op)) return {};
      for (std::size_t i = 0; i < network_.nodes.size(); ++i) {
        if (norm_at(i) == nullptr || !same_norm(*norm_at(i), *norm_at(norm)) || neighbour(i) != user) continue;
        places.norms.push_back(i);
        break;
      }
    }
    return places.norms.size() == places.layers.size() ? places : Places{};
  }

  bool fold_forward(std::size_t norm) {
    const std::optional<std::size_t> layer = layer_behind(norm);
    if (!layer) return false;
    const Places places = places_of(*layer, norm, [this](std::size_t i) { return layer_behind(i); });
    if (places.norms.empty()) return false;
    const Affine affine = affine_of(network_, *norm_at(norm));
    std::vector<float> pad;
    const auto* conv = std::get_if<Conv2d>(&network_.nodes[*layer].op);
    if (conv != nullptr && !(conv->padding == Padding{})) {
      pad = conv->pad_value;
      pad.resize(affine.scale.size(), 0.0F);
    }
    if (!can_undo(*norm_at(norm), affine, pad)) return false;
    const Fields fields = fields_of(*layer);
    FoldedLayer folded = fold(affine, decode_f32(network_.weights[fields.weight]), bias_values(fields),
                              {conv != nullptr ? conv->groups : 1, network_.weights[fields.weight].shape.back()});
    store(places, fields, std::move(folded));
    for (const std::size_t place : places.layers)
      if (auto* folded_conv = std::get_if<Conv2d>(&network_.nodes[place].op))
        folded_conv->pad_value = fold_padding(affine, pad);
    bypass(places.norms);
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
    const std::optional<std::size_t> layer = layer_before(norm);
    if (!layer) return false;
    const Places places = places_of(*layer, norm, [this](std::size_t i) { return layer_before(i); });
    if (places.norms.empty()) return false;
    const Affine affine = affine_of(network_, *norm_at(norm));
    const Fields fields = fields_of(*layer);
    FoldedLayer scaled{decode_f32(network_.weights[fields.weight]), bias_values(fields)};
    const std::size_t terms = scaled.weights.size() / scaled.bias.size();
    for (std::size_t i = 0; i < scaled.weights.size(); ++i)
      scaled.weights[i] = static_cast<float>(scaled.weights[i] * affine.scale[i / terms]);
    for (std::size_t o = 0; o < scaled.bias.size(); ++o)
      scaled.bias[o] = static_cast<float>(scaled.bias[o] * affine.scale[o] + affine.offset[o]);
    store(places, fields, std::move(scaled));
    bypass(places.norms);
    return true;
  }

  struct Fields {
    WeightId weight = kNoWeight, bias = kNoWeight;
  };
  [[nodiscard]] Fields fields_of(std::size_t layer) const {
    const auto fields = weight_fields(network_.nodes[layer].op);
    return {*fields[0], *fields[1]};
  }

  [[nodiscard]] std::vector<float> bias_values(const Fields& fields) const {
    if (fields.bias != kNoWeight) return decode_f32(network_.weights[fields.bias]);
    return std::vector<float>(static_cast<std::size_t>(network_.weights[fields.weight].shape[0]), 0.0F);
  }

  /// A bias that others use too is left to them.
  void store(const Places& places, const Fields& fields, FoldedLayer folded) {
    Weight& weight = network_.weights[fields.weight];
    weight = make_f32_weight(weight.name, weight.shape, std::move(folded.weights));
    if (fields.bias != kNoWeight && !named_elsewhere(network_, fields.bias, places.layers)) {
      Weight& bias = network_.weights[fields.bias];
      bias = make_f32_weight(bias.name, bias.shape, std::move(folded.bias));
      return;
    }
    const std::string name = fields.bias != kNoWeight ? network_.weights[fields.bias].name
                                                      : network_.nodes[places.layers.front()].name + ".bias";
    const Shape shape = {static_cast<std::int64_t>(folded.bias.size())};
    network_.weights.push_back(make_f32_weight(name, shape, std::move(folded.bias)));
    for (const std::size_t layer : places.layers)
      *weight_fields(network_.nodes[layer].op)[1] = static_cast<WeightId>(network_.weights.size() - 1);
  }

  /// Removes nodes; who named an output of theirs now names its input.
  void bypass(std::vector<std::size_t> norms) {
    std::ranges::sort(norms, std::greater<>());
    for (const std::size_t norm : norms) {
      const ValueId from = network_.nodes[norm].output, to = network_.nodes[norm].inputs[0];
      network_.nodes.erase(network_.nodes.begin() + static_cast<std::ptrdiff_t>(norm));
      for (Node& node : network_.nodes) std::ranges::replace(node.inputs, from, to);
      for (OutputSpec& output : network_.outputs)
        if (output.value == from) output.value = to;
      for (StateSpec& state : network_.states)
        if (state.after == from) state.after = to;
    }
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
