#include "pitlane/optimize/spared_layers.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <type_traits>
#include <utility>
#include <variant>

#include "pitlane/optimize/layers.h"

namespace pitlane {
namespace {

template <typename P>
constexpr bool kPrunes =
    std::is_same_v<P, PruneGlobal> || std::is_same_v<P, PruneLocal> || std::is_same_v<P, PruneGradually>;
template <typename P>
constexpr bool kClusters = std::is_same_v<P, Cluster>;

/// What a pass does to weights by itself; nothing where it only trains or stores.
std::optional<Pass> without_training(const Pass& pass) {
  return std::visit(
      [](const auto& one) -> std::optional<Pass> {
        using P = std::decay_t<decltype(one)>;
        if constexpr (std::is_same_v<P, PruneGradually>)
          return PruneLocal{one.sparsity, one.sparsity, one.spared};
        else if constexpr (kPrunes<P> || kClusters<P>)
          return one;
        else
          return std::nullopt;
      },
      pass);
}

Result<Network> reduced_alone(const Network& baseline, const Strategy& strategy, const StrategyContext& context,
                              const ProgressFn& progress) {
  Strategy alone = strategy;
  alone.passes.clear();
  for (const Pass& pass : strategy.passes)
    if (std::optional<Pass> part = without_training(pass)) alone.passes.push_back(*std::move(part));
  alone.passes.emplace_back(FoldBatchNorm{});  // as clustering does: the layers are those of folded()
  return apply_strategy(baseline, alone, context, progress);
}

Result<Network> folded(const Network& baseline, const StrategyContext& context) {
  const Strategy fold{"", "", "", {FoldBatchNorm{}}, false};
  return apply_strategy(baseline, fold, context, {});
}

}  // namespace

std::string how_it_reduces(const Strategy& strategy) {
  bool prunes = false, clusters = false;
  for (const Pass& pass : strategy.passes)
    std::visit(
        [&](const auto& one) {
          prunes = prunes || kPrunes<std::decay_t<decltype(one)>>;
          clusters = clusters || kClusters<std::decay_t<decltype(one)>>;
        },
        pass);
  return prunes && clusters ? "pruned and clustered" : prunes ? "pruned" : clusters ? "clustered" : "";
}

Strategy sparing(Strategy strategy, const std::vector<std::string>& nodes) {
  for (Pass& pass : strategy.passes)
    std::visit(
        [&](auto& one) {
          using P = std::decay_t<decltype(one)>;
          if constexpr (kPrunes<P> || kClusters<P>) one.spared = nodes;
        },
        pass);
  return strategy;
}

Result<std::vector<ReducedLayer>> weigh_reduced_layers(const Network& baseline, const Strategy& strategy,
                                                       const StrategyContext& context,
                                                       const std::vector<ErrorLimit>& limits,
                                                       const std::vector<OutputError>& before, const JudgeFn& judge,
                                                       const ProgressFn& progress) {
  PITLANE_TRY(const Network whole, folded(baseline, context));
  PITLANE_TRY(const Network reduced, reduced_alone(baseline, strategy, context, progress));
  PITLANE_CHECK(whole.weights.size() == reduced.weights.size());
  const std::vector<ErrorLimit> weigh_by = limits_to_weigh_by(limits, before);
  std::vector<Layer> layers;
  for (const Layer& layer : weighted_layers(whole))
    if (std::ranges::find(layers, layer.weight, &Layer::weight) == layers.end() &&
        decode_f32(whole.weights[layer.weight]) != decode_f32(reduced.weights[layer.weight]))
      layers.push_back(layer);

  std::vector<ReducedLayer> found;
  for (const Layer& layer : layers) {
    const Node& node = whole.nodes[layer.node];
    const Progress now{"budget: each layer alone", static_cast<std::int64_t>(found.size()),
                       static_cast<std::int64_t>(layers.size()), layer_name(node)};
    if (!report(progress, now)) return interrupted();
    Network one = whole;
    one.weights[layer.weight] = reduced.weights[layer.weight];
    const ProgressFn still_working = [&](const Progress& /*inner*/) { return report(progress, now); };
    PITLANE_TRY(const std::vector<OutputError> after, judge(one, still_working));
    const LayerCost cost = layer_cost(weigh_by, before, after);
    found.push_back({node.name, layer_name(node), cost, cost_text(cost, weigh_by, after)});
  }
  std::ranges::stable_sort(found, [](const auto& a, const auto& b) { return a.cost.share > b.cost.share; });
  return found;
}

}  // namespace pitlane
