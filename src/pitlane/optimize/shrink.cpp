#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "pitlane/optimize/layers.h"
#include "pitlane/optimize/passes.h"
#include "pitlane/optimize/remove_channels.h"

namespace pitlane {
namespace {

/// The `count` largest stay; of equal ones the first.
std::vector<bool> most_important(const std::vector<double>& importance, std::size_t count) {
  std::vector<std::size_t> order(importance.size());
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
  std::ranges::stable_sort(order, [&](std::size_t a, std::size_t b) { return importance[a] > importance[b]; });
  std::vector<bool> keep(importance.size(), false);
  for (std::size_t i = 0; i < count; ++i) keep[order[i]] = true;
  return keep;
}

/// By layer, in their order. Normalisations are folded first: one behind a layer decides what its channels come to.
Result<std::vector<std::vector<double>>> weighed_channels(const Network& network, const ImportanceFn& importance,
                                                          const ProgressFn& progress) {
  Network folded = network;
  PITLANE_TRY_STATUS(apply_pass(FoldBatchNorm{}, folded));
  PITLANE_TRY(const auto by_node, importance(folded, progress));
  if (by_node.size() != folded.nodes.size()) return corrupt("the channels of another network were weighed");
  std::vector<std::vector<double>> by_layer;
  for (const Layer& layer : weighted_layers(folded)) by_layer.push_back(by_node[layer.node]);
  return by_layer;
}

}  // namespace

Status apply_pass(const Shrink& pass, Network& network, const ImportanceFn& importance, const ProgressFn& progress) {
  if (!(pass.keep > 0 && pass.keep <= 1))
    return invalid_argument("the share of channels that stay must be above 0 and at most 1, is " +
                            std::to_string(pass.keep));
  decode_all(network);
  PITLANE_TRY_STATUS(check_finite_layers(network));
  const std::vector<std::string> why = why_channels_must_stay(network);
  const std::vector<Layer> layers = weighted_layers(network);
  if (std::ranges::none_of(layers, [&](const Layer& layer) { return why[layer.node].empty(); }))
    return inapplicable("no layer can lose channels: " +
                        (layers.empty() ? "there is none with weights"
                                        : layer_name(network.nodes[layers.front().node]) + " must stay whole, for " +
                                              why[layers.front().node]));
  if (!importance) return unsupported("shrinking needs a build with LibTorch and training data");
  PITLANE_TRY(const auto weighed, weighed_channels(network, importance, progress));
  PITLANE_CHECK(weighed.size() == layers.size());
  std::vector<std::vector<bool>> keep(network.nodes.size());
  for (std::size_t i = 0; i < layers.size(); ++i) {
    const Layer& layer = layers[i];
    if (!why[layer.node].empty() || is_spared(network, layer, pass.spared)) continue;
    const auto channels = static_cast<double>(weighed[i].size());
    if (static_cast<std::int64_t>(weighed[i].size()) != network.weights[layer.weight].shape[0])
      return corrupt("the channels of another network were weighed");
    keep[layer.node] = most_important(weighed[i], static_cast<std::size_t>(std::ceil(pass.keep * channels)));
  }
  PITLANE_TRY(network, without_channels(network, keep));
  return {};
}

}  // namespace pitlane
