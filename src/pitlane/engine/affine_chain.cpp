#include "pitlane/engine/affine_chain.h"

#include <algorithm>
#include <cmath>

#include "pitlane/engine/quantization.h"

namespace pitlane {
namespace {

Affine affine_of(const Preprocessing& preprocessing) {
  Affine affine;
  for (int frame = 0; frame < preprocessing.frames; ++frame) {
    affine.scale.insert(affine.scale.end(), preprocessing.scale.begin(), preprocessing.scale.end());
    affine.offset.insert(affine.offset.end(), preprocessing.offset.begin(), preprocessing.offset.end());
  }
  return affine;
}

/// outer(inner(u)); the sizes divide each other.
Affine compose(const Affine& outer, const Affine& inner) {
  const std::size_t count = std::max(outer.scale.size(), inner.scale.size());
  Affine both;
  for (std::size_t c = 0; c < count; ++c) {
    const double scale = outer.scale[c % outer.scale.size()];
    both.scale.push_back(scale * inner.scale[c % inner.scale.size()]);
    both.offset.push_back(scale * inner.offset[c % inner.offset.size()] + outer.offset[c % outer.offset.size()]);
  }
  return both;
}

bool can_undo(const Affine& affine, const std::vector<float>& pad_value) {
  const std::vector<float> undone = fold_padding(affine, pad_value);
  return std::ranges::all_of(undone, [](float v) { return std::isfinite(v); });
}

/// A channel of what the node makes is always the same channel of what it reads.
bool keeps_channels(const Network& network, const Node& node) {
  if (!renames(node.op)) return false;
  const Shape& in = network.values[node.inputs.front()].shape;
  const Shape& out = network.values[node.output].shape;
  return !in.empty() && !out.empty() && out.back() % in.back() == 0;
}

}  // namespace

Affine affine_of(const Network& network, const BatchNorm& op) {
  const std::vector<float> gamma = decode_f32(network.weights[op.gamma]);
  const std::vector<float> beta = decode_f32(network.weights[op.beta]);
  const std::vector<float> mean = decode_f32(network.weights[op.mean]);
  const std::vector<float> variance = decode_f32(network.weights[op.variance]);
  Affine affine;
  for (std::size_t c = 0; c < gamma.size(); ++c) {
    const double scale = gamma[c] / std::sqrt(static_cast<double>(variance[c]) + static_cast<double>(op.epsilon));
    affine.scale.push_back(scale);
    affine.offset.push_back(beta[c] - mean[c] * scale);
  }
  return affine;
}

AffineChain affine_chain(const Network& network, ValueId value, const std::vector<float>* pad_value) {
  AffineChain chain{.source = value, .from_bytes = false, .affine = {{1}, {0}}};
  const auto accept = [&](const Affine& inner) {
    const Affine candidate = compose(chain.affine, inner);
    if (pad_value != nullptr && !can_undo(candidate, *pad_value)) return false;
    chain.affine = candidate;
    return true;
  };
  constexpr int kMostNorms = 16;  // every reader composes them anew
  int norms = 0;
  std::size_t before = network.nodes.size();
  for (;;) {
    const int input = input_index(network, chain.source);
    if (input >= 0) {
      const InputSpec& spec = network.inputs[input];
      chain.from_bytes = spec.kind == InputKind::kImage && accept(affine_of(spec.preprocessing));
      return chain;
    }
    const Node* node = producer(network, chain.source, before);
    if (node == nullptr || made_on_grid(network, *node)) return chain;
    const auto* norm = std::get_if<BatchNorm>(&node->op);
    if (norm != nullptr && ++norms > kMostNorms) return chain;
    if (norm != nullptr ? !accept(affine_of(network, *norm)) : !keeps_channels(network, *node)) return chain;
    chain.source = node->inputs.front();
  }
}

ValueId storage_of(const Network& network, ValueId value) {
  std::size_t before = network.nodes.size();
  for (;;) {
    const Node* node = producer(network, value, before);
    if (node == nullptr || !renames(node->op)) return value;
    value = node->inputs.front();
  }
}

FoldedLayer fold(const Affine& affine, const std::vector<float>& weights, const std::vector<float>& bias,
                 const Grouping& grouping) {
  const std::size_t channels = affine.scale.size();
  const std::size_t terms = weights.size() / bias.size();
  const bool grouped = grouping.groups > 1;
  const std::size_t group_channels = grouped ? static_cast<std::size_t>(grouping.channels) : terms;
  const std::size_t group_outputs = bias.size() / static_cast<std::size_t>(grouping.groups);
  FoldedLayer folded{.weights = weights, .bias = bias};
  for (std::size_t o = 0; o < bias.size(); ++o) {
    double sum = bias[o];
    const std::size_t first = grouped ? o / group_outputs * group_channels : 0;
    for (std::size_t k = 0; k < terms; ++k) {
      const std::size_t c = (first + k % group_channels) % channels;
      const auto weight = static_cast<double>(weights[o * terms + k]);
      folded.weights[o * terms + k] = static_cast<float>(weight * affine.scale[c]);
      sum += weight * affine.offset[c];
    }
    folded.bias[o] = static_cast<float>(sum);
  }
  return folded;
}

std::vector<float> fold_padding(const Affine& affine, const std::vector<float>& pad_value) {
  const std::size_t channels = affine.scale.size();
  std::vector<float> folded;
  for (std::size_t c = 0; c < pad_value.size(); ++c)
    folded.push_back(static_cast<float>((pad_value[c] - affine.offset[c % channels]) / affine.scale[c % channels]));
  return folded;
}

}  // namespace pitlane
