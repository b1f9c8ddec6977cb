#include "pitlane/optimize/spared_layers.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <type_traits>
#include <utility>
#include <variant>

#include "pitlane/optimize/layers.h"
#include "pitlane/optimize/recipe_changes.h"

namespace pitlane {
namespace {

template <typename P>
constexpr bool kPrunes =
    std::is_same_v<P, PruneGlobal> || std::is_same_v<P, PruneLocal> || std::is_same_v<P, PruneGradually>;
/// Takes something from each layer, and can spare some.
template <typename P>
constexpr bool kReduces = kPrunes<P> || std::is_same_v<P, Cluster> || std::is_same_v<P, Shrink>;

/// What a pass does to weights by itself; nothing where it only trains or stores.
std::optional<Pass> without_training(const Pass& pass) {
  return std::visit(
      [](const auto& one) -> std::optional<Pass> {
        using P = std::decay_t<decltype(one)>;
        if constexpr (std::is_same_v<P, PruneGradually>)
          return PruneLocal{one.sparsity, one.sparsity, one.spared};
        else if constexpr (kReduces<P>)
          return one;
        else
          return std::nullopt;
      },
      pass);
}

/// What the strategy makes before anything is trained, with its layers as those of folded().
Result<Network> untrained(const Network& baseline, const Strategy& strategy, const StrategyContext& context,
                          const ProgressFn& progress) {
  Strategy alone = strategy;
  alone.passes.clear();
  for (const Pass& pass : strategy.passes)
    if (std::optional<Pass> part = without_training(pass)) alone.passes.push_back(*std::move(part));
  alone.passes.emplace_back(FoldBatchNorm{});
  return apply_strategy(baseline, alone, context, progress);
}

Result<Network> folded(const Network& baseline, const StrategyContext& context) {
  const Strategy fold{"", "", "", {FoldBatchNorm{}}, false};
  return apply_strategy(baseline, fold, context, {});
}

/// Those that it changes, in the order in which they run; nothing is weighed yet. Shrinking leaves layers with all of
/// their outputs that read fewer numbers: these are as they were.
Result<std::vector<ReducedLayer>> reduced_layers(const Network& whole, const Network& baseline,
                                                 const Strategy& strategy, const StrategyContext& context,
                                                 const ProgressFn& progress) {
  PITLANE_TRY(const Network reduced, untrained(baseline, strategy, context, progress));
  // Layers are the same ones in the same order; their weights may have other ids, where one folded more than the other.
  const std::vector<Layer> before = weighted_layers(whole), after = weighted_layers(reduced);
  PITLANE_CHECK(before.size() == after.size());
  std::vector<ReducedLayer> found;
  std::vector<bool> seen(whole.weights.size(), false);
  for (std::size_t i = 0; i < before.size(); ++i) {
    if (seen[before[i].weight]) continue;
    seen[before[i].weight] = true;
    const Weight& was = whole.weights[before[i].weight];
    const Weight& is = reduced.weights[after[i].weight];
    const bool changed = shrinks(strategy) ? was.shape[0] != is.shape[0] : decode_f32(was) != decode_f32(is);
    const Node& node = whole.nodes[before[i].node];
    if (changed && std::ranges::find(found, node.name, &ReducedLayer::node) == found.end())
      found.push_back({node.name, layer_name(node), {}, ""});
  }
  return found;
}

}  // namespace

std::string how_it_reduces(const Strategy& strategy) {
  if (prunes(strategy)) return clusters(strategy) ? "pruned or clustered" : "pruned";
  return clusters(strategy) ? "clustered" : shrinks(strategy) ? "shrunk" : "";
}

std::string how_it_spares(const Strategy& strategy) {
  if (prunes(strategy) && clusters(strategy)) return "neither pruned nor clustered";
  return "not " + how_it_reduces(strategy);
}

Strategy sparing(Strategy strategy, const std::vector<std::string>& nodes) {
  for (Pass& pass : strategy.passes)
    std::visit(
        [&](auto& one) {
          using P = std::decay_t<decltype(one)>;
          if constexpr (kReduces<P>) one.spared = nodes;
        },
        pass);
  return strategy;
}

Result<std::vector<ReducedLayer>> weigh_reduced_layers(const Network& baseline, const Strategy& strategy,
                                                       const StrategyContext& context,
                                                       const std::vector<ErrorLimit>& limits, const JudgeFn& judge,
                                                       const ProgressFn& progress, int& judged) {
  PITLANE_TRY(const Network whole, folded(baseline, context));
  PITLANE_TRY(std::vector<ReducedLayer> found, reduced_layers(whole, baseline, strategy, context, progress));
  if (found.empty()) return found;
  PITLANE_TRY(const std::vector<OutputError> before, judge(whole, progress));
  ++judged;
  const std::vector<ErrorLimit> weigh_by = limits_to_weigh_by(limits, before);
  std::vector<std::string> names;
  for (const ReducedLayer& layer : found) names.push_back(layer.node);
  for (std::size_t i = 0; i < found.size(); ++i) {
    const Progress now{"budget: each layer alone", static_cast<std::int64_t>(i),
                       static_cast<std::int64_t>(found.size()), found[i].name};
    if (!report(progress, now)) return interrupted();
    const ProgressFn still_working = [&](const Progress& /*inner*/) { return report(progress, now); };
    std::vector<std::string> others = names;
    others.erase(others.begin() + static_cast<std::ptrdiff_t>(i));
    PITLANE_TRY(const Network alone, untrained(baseline, sparing(strategy, others), context, still_working));
    PITLANE_TRY(const std::vector<OutputError> after, judge(alone, still_working));
    ++judged;
    found[i].cost = layer_cost(weigh_by, before, after);
    found[i].cost_text =
        found[i].cost.relative > 0 ? "it adds " + cost_text(found[i].cost, weigh_by, after) : "it costs nothing";
  }
  std::ranges::stable_sort(found, [](const auto& a, const auto& b) { return a.cost.share > b.cost.share; });
  return found;
}

}  // namespace pitlane
