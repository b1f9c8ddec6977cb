#include "pitlane/optimize/equalize.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <optional>
#include <utility>
#include <vector>

#include "pitlane/optimize/compact.h"
#include "pitlane/optimize/layers.h"
#include "pitlane/optimize/readers.h"

namespace pitlane {
namespace {

constexpr int kMostSweeps = 40;
constexpr double kStill = 1e-3;       // largest change of a factor's logarithm in the last sweep
constexpr float kLeastShare = 1e-4F;  // of the layer's largest weight: a channel of less is left as it is
constexpr double kLargestStep = 1e3;  // of one factor in one sweep: a channel that is all but dead stays finite

/// f(s x) = s f(x) for s > 0.
bool is_homogeneous(Activation activation) {
  return activation == Activation::kNone || activation == Activation::kRelu || activation == Activation::kLeakyRelu;
}

/// Goes on with a channel as it is, and nothing about it but its size changes.
bool lets_through(const Op& op) {
  if (const auto* function = std::get_if<Activate>(&op)) return is_homogeneous(function->activation);
  if (const auto* pad = std::get_if<Pad>(&op)) return pad->value == 0;
  return std::holds_alternative<Pool2d>(op) || std::holds_alternative<Flatten>(op);
}

struct Pair {
  std::size_t first, second;  // nodes
};

class Equalizer {
 public:
  explicit Equalizer(Network& network) : network_(network) {
    values_.resize(network.weights.size());
    for (const Layer& layer : weighted_layers(network)) {
      values_[layer.weight] = decode_f32(network.weights[layer.weight]);
      if (layer.bias != kNoWeight) values_[layer.bias] = decode_f32(network.weights[layer.bias]);
      if (const auto second = reader_of(layer); second) pairs_.push_back({layer.node, *second});
    }
  }

  int run() {
    for (int sweep = 0; sweep < kMostSweeps; ++sweep) {
      double moved = 0;
      for (const Pair& pair : pairs_) moved = std::max(moved, equalize(pair));
      if (moved < kStill) break;
    }
    for (std::size_t w = 0; w < values_.size(); ++w)
      if (!values_[w].empty())
        network_.weights[w] =
            make_f32_weight(network_.weights[w].name, network_.weights[w].shape, std::move(values_[w]));
    return static_cast<int>(pairs_.size());
  }

 private:
  [[nodiscard]] bool is_alone(std::size_t node) const {
    const auto fields = weight_fields(std::as_const(network_.nodes[node].op));
    return !named_elsewhere(network_, *fields[0], {node}) &&
           (*fields[1] == kNoWeight || !named_elsewhere(network_, *fields[1], {node}));
  }

  [[nodiscard]] std::optional<std::size_t> reader_of(const Layer& layer) const {
    if (!is_homogeneous(layer_activation(network_.nodes[layer.node])) || !is_alone(layer.node)) return {};
    std::optional<std::size_t> reader = only_reader(network_, network_.nodes[layer.node].output);
    while (reader && lets_through(network_.nodes[*reader].op))
      reader = only_reader(network_, network_.nodes[*reader].output);
    if (!reader || weight_fields(std::as_const(network_.nodes[*reader].op)).size() != 2 || !is_alone(*reader))
      return {};
    return reader;
  }

  /// Which channel of its input each weight of a layer reads.
  struct Reads {
    std::size_t row, outputs, channels, groups, per_group;
    [[nodiscard]] std::size_t channel(std::size_t weight) const {
      const std::size_t group = weight / row / (outputs / groups);
      return group * per_group + weight % per_group;
    }
  };
  [[nodiscard]] Reads reads(std::size_t node, std::size_t channels) const {
    const auto* conv = std::get_if<Conv2d>(&network_.nodes[node].op);
    const Weight& weight = network_.weights[*weight_fields(std::as_const(network_.nodes[node].op))[0]];
    const auto outputs = static_cast<std::size_t>(weight.shape[0]);
    const auto groups = static_cast<std::size_t>(conv != nullptr ? conv->groups : 1);
    return {static_cast<std::size_t>(weight.size()) / outputs, outputs, channels, groups, channels / groups};
  }

  /// The largest change of a factor's logarithm.
  double equalize(const Pair& pair) {
    const auto first = weight_fields(std::as_const(network_.nodes[pair.first].op));
    std::vector<float>& made = values_[*first[0]];
    std::vector<float>& read = values_[*weight_fields(std::as_const(network_.nodes[pair.second].op))[0]];
    const auto channels = static_cast<std::size_t>(network_.weights[*first[0]].shape[0]);
    const std::size_t row = made.size() / channels;
    const Reads of = reads(pair.second, channels);
    std::vector<float> makes(channels, 0.0F), reads_at_most(channels, 0.0F);
    for (std::size_t i = 0; i < made.size(); ++i) makes[i / row] = std::max(makes[i / row], std::abs(made[i]));
    for (std::size_t i = 0; i < read.size(); ++i) {
      float& most = reads_at_most[of.channel(i)];
      most = std::max(most, std::abs(read[i]));
    }
    std::vector<double> factor(channels, 1.0);
    double moved = 0;
    // A channel of next to no weights is its bias, which a factor for the weights' sake would blow up for all.
    const float least = kLeastShare * *std::ranges::max_element(makes);
    for (std::size_t c = 0; c < channels; ++c) {
      if (makes[c] <= least || reads_at_most[c] == 0) continue;
      factor[c] =
          std::clamp(std::sqrt(static_cast<double>(makes[c]) / reads_at_most[c]), 1 / kLargestStep, kLargestStep);
      moved = std::max(moved, std::abs(std::log(factor[c])));
    }
    for (std::size_t i = 0; i < made.size(); ++i) made[i] = static_cast<float>(made[i] / factor[i / row]);
    if (*first[1] != kNoWeight)
      for (std::size_t c = 0; c < channels; ++c)
        values_[*first[1]][c] = static_cast<float>(values_[*first[1]][c] / factor[c]);
    for (std::size_t i = 0; i < read.size(); ++i) read[i] = static_cast<float>(read[i] * factor[of.channel(i)]);
    if (auto* conv = std::get_if<Conv2d>(&network_.nodes[pair.second].op))
      for (std::size_t c = 0; c < conv->pad_value.size(); ++c)
        conv->pad_value[c] = static_cast<float>(conv->pad_value[c] / factor[c]);
    return moved;
  }

  Network& network_;
  std::vector<std::vector<float>> values_;  // by weight, of layers
  std::vector<Pair> pairs_;
};

}  // namespace

int equalize_layers(Network& network) { return Equalizer(network).run(); }

}  // namespace pitlane
