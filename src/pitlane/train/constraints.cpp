#include "pitlane/train/constraints.h"

#include <algorithm>

#include "pitlane/network/smallest_weights.h"
#include "pitlane/train/parts.h"

namespace pitlane {
namespace {

constexpr std::int64_t kStepsBetween = 16;

}  // namespace

std::vector<WeightId> layer_weights(const Network& network) {
  std::vector<WeightId> ids;
  for (const Node& node : network.nodes) {
    if (const auto* conv = std::get_if<Conv2d>(&node.op)) ids.push_back(conv->weight);
    if (const auto* dense = std::get_if<Dense>(&node.op)) ids.push_back(dense->weight);
  }
  std::ranges::sort(ids);
  ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
  return ids;
}

Constraints::Constraints(const Network& network, const TrainOptions& options, int threads)
    : options_(options),
      threads_(threads),
      layers_(layer_weights(network)),
      keep_(network.weights.size()),
      shared_(network.weights.size()) {}

void Constraints::find(const WeightValues& values) {
  for (const WeightId layer : layers_) {
    const auto id = static_cast<std::size_t>(layer);
    if (options_.keep_zeros) find_zeros(id, values[id]);
    if (options_.keep_shared) shared_[id].find(values[id], threads_);
  }
}

void Constraints::find_zeros(std::size_t id, std::span<const float> values) {
  std::vector<std::uint8_t>& keep = keep_[id];
  keep.resize(values.size());
  in_parts(values.size(), kElementsPerThread, threads_, [&](std::size_t begin, std::size_t end) {
    for (std::size_t i = begin; i < end; ++i) keep[i] = static_cast<std::uint8_t>(values[i] != 0);
  });
}

void Constraints::update(WeightId weight, std::span<float> values, std::span<const float> gradient,
                         AdamMoments& moments, const AdamStep& step) const {
  const auto id = static_cast<std::size_t>(weight);
  if (shared_[id].empty())
    adam_update(values, gradient, moments, keep_[id], step, threads_);
  else
    shared_[id].update(values, gradient, moments, keep_[id], step, threads_);
}

void Constraints::raise_sparsity(std::int64_t step, std::int64_t steps, WeightValues& values,
                                 std::vector<AdamMoments>& moments) {
  if (!options_.sparsity) return;
  const RisingSparsity& rising = *options_.sparsity;
  const auto last = static_cast<std::int64_t>(rising.until * static_cast<double>(steps));
  if (step > last || (step % kStepsBetween != 0 && step != last)) return;
  const double share = polynomial_share(rising.from, rising.to, step, last);
  for (const WeightId weight : rising.weights) {
    const auto id = static_cast<std::size_t>(weight);
    zero_smallest(values[id], zeros_at(share, values[id].size()));
    find_zeros(id, values[id]);
    forget(keep_[id], moments[id]);
  }
}

void Constraints::forget(std::span<const std::uint8_t> keep, AdamMoments& moments) const {
  in_parts(keep.size(), kElementsPerThread, threads_, [&](std::size_t begin, std::size_t end) {
    for (std::size_t i = begin; i < end; ++i)
      if (keep[i] == 0) moments.first[i] = moments.second[i] = 0;
  });
}

}  // namespace pitlane
