#include "pitlane/train/constraints.h"

#include <algorithm>
#include <array>

#include "pitlane/network/smallest_weights.h"
#include "pitlane/train/parts.h"

namespace pitlane {
namespace {

constexpr std::size_t kMostShared = 256;
constexpr std::int64_t kStepsBetween = 16;
// Gradients are summed in blocks of this size, whoever sums them, and the blocks in their order.
constexpr std::size_t kBlock = 1 << 16;
// Neighbours often share a value, and one sum after the other into one place waits for it.
constexpr std::size_t kApart = 4;

using Sums = std::array<double, kMostShared>;

/// The distinct values in ascending order, or none if there are more than kMostShared.
std::vector<float> distinct_values(std::span<const float> values) {
  std::vector<float> distinct;
  for (const float v : values) {
    const auto place = std::ranges::lower_bound(distinct, v);
    if (place != distinct.end() && *place == v) continue;
    if (distinct.size() == kMostShared) return {};
    distinct.insert(place, v);
  }
  return distinct;
}

Sums sums_of(std::span<const std::uint8_t> group, std::span<const float> gradient) {
  std::array<Sums, kApart> lanes{};
  for (std::size_t i = 0; i < group.size(); ++i) lanes[i % kApart][group[i]] += static_cast<double>(gradient[i]);
  for (std::size_t l = 1; l < kApart; ++l)
    for (std::size_t g = 0; g < kMostShared; ++g) lanes[0][g] += lanes[l][g];
  return lanes[0];
}

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

Constraints::Constraints(const Network& network, const TrainOptions& options)
    : options_(options),
      layers_(layer_weights(network)),
      keep_(network.weights.size()),
      group_(network.weights.size()) {}

void Constraints::find(const WeightValues& values) {
  for (const WeightId layer : layers_) {
    const auto id = static_cast<std::size_t>(layer);
    if (options_.keep_zeros) find_zeros(id, values[id]);
    if (options_.keep_shared) find_shared(id, values[id]);
  }
}

void Constraints::find_zeros(std::size_t id, std::span<const float> values) {
  keep_[id].resize(values.size());
  std::ranges::transform(values, keep_[id].begin(), [](float v) { return static_cast<std::uint8_t>(v != 0); });
}

void Constraints::find_shared(std::size_t id, std::span<const float> values) {
  const std::vector<float> distinct = distinct_values(values);
  group_[id].clear();
  if (distinct.empty()) return;
  group_[id].resize(values.size());
  std::ranges::transform(values, group_[id].begin(), [&](float v) {
    return static_cast<std::uint8_t>(std::ranges::lower_bound(distinct, v) - distinct.begin());
  });
}

std::span<const float> Constraints::shared(WeightId id, std::span<const float> gradient, int threads) {
  const std::span<const std::uint8_t> group = group_[static_cast<std::size_t>(id)];
  if (group.empty()) return gradient;
  std::vector<Sums> blocks((group.size() + kBlock - 1) / kBlock);
  in_parts(blocks.size(), 1, threads, [&](std::size_t begin, std::size_t end) {
    for (std::size_t b = begin; b < end; ++b) {
      const std::size_t first = b * kBlock, size = std::min(kBlock, group.size() - first);
      blocks[b] = sums_of(group.subspan(first, size), gradient.subspan(first, size));
    }
  });
  std::array<float, kMostShared> sums{};
  for (std::size_t g = 0; g < kMostShared; ++g) {
    double sum = 0;
    for (const Sums& block : blocks) sum += block[g];
    sums[g] = static_cast<float>(sum);
  }
  summed_.resize(group.size());
  in_parts(group.size(), kBlock, threads, [&](std::size_t begin, std::size_t end) {
    for (std::size_t i = begin; i < end; ++i) summed_[i] = sums[group[i]];
  });
  return summed_;
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
    for (std::size_t i = 0; i < keep_[id].size(); ++i)
      if (keep_[id][i] == 0) moments[id].first[i] = moments[id].second[i] = 0;
  }
}

}  // namespace pitlane
