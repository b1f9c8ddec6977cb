#include "pitlane/optimize/accuracy_control.h"

#include <cstddef>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "pitlane/core/joined.h"
#include "pitlane/optimize/budget_attempt.h"
#include "pitlane/optimize/mixture_search.h"
#include "pitlane/optimize/spared_layers.h"
#include "pitlane/optimize/strategy_draft.h"

namespace pitlane {
namespace {

class BudgetControl {
 public:
  /// What is named must outlive it.
  BudgetControl(const Network& baseline, const StrategyContext& context, const AccuracyBudget& budget,
                const MixtureJudge& judges, const ProgressFn& progress)
      : baseline_(baseline), context_(context), budget_(budget), judges_(judges), progress_(progress) {}

  /// `before` are the baseline's errors.
  Result<HeldBudget> hold(const Strategy& strategy, const std::vector<OutputError>& before) const {
    PITLANE_TRY(BudgetAttempt whole, attempt(strategy));
    if (!whole.why_not) return std::move(whole.held);
    const std::string how = how_it_reduces(strategy);
    if (how.empty() || !whole.before_rounding) return *whole.why_not;
    PITLANE_TRY(const std::vector<ReducedLayer> layers,
                weigh_reduced_layers(baseline_, strategy, context_, judges_.limits, before, judges_.errors, progress_));
    if (layers.empty()) return *whole.why_not;
    return spare(strategy, whole, how, layers);
  }

 private:
  [[nodiscard]] Result<BudgetAttempt> attempt(const Strategy& strategy) const {
    return attempt_budget(baseline_, strategy, context_, budget_, judges_, progress_);
  }

  /// The fewest of these that make the budget hold, costliest first, are left as they are. All but one first: what
  /// training alone breaks is known after one more training then.
  [[nodiscard]] Result<HeldBudget> spare(const Strategy& strategy, const BudgetAttempt& whole, const std::string& how,
                                         const std::vector<ReducedLayer>& layers) const {
    std::optional<HeldBudget> best;
    BudgetAttempt closest = whole;
    std::size_t fails = 0, holding = layers.size(), closest_spares = 0;
    while (holding - fails > 1) {
      const std::size_t count = holding == layers.size() ? holding - 1 : (fails + holding) / 2;
      const Progress now{"budget: which layers", 0, 0,
                         std::to_string(count) + " of " + std::to_string(layers.size()) + " not " + how};
      if (!report(progress_, now)) return interrupted();
      std::vector<std::string> nodes;
      for (std::size_t i = 0; i < count; ++i) nodes.push_back(layers[i].node);
      PITLANE_TRY(BudgetAttempt one, attempt(sparing(strategy, nodes)));
      (one.why_not ? fails : holding) = count;
      if (!one.why_not) {
        best = std::move(one.held);
      } else if (one.before_rounding && one.share < closest.share) {
        closest = std::move(one);
        closest_spares = count;
      }
    }
    if (!best)
      return nothing_can_be_spared(closest, closest_spares, how, layers).in(std::string("strategy ") + strategy.name);
    best->not_reduced = "not " + how;
    best->strategy_size_bytes = whole.held.strategy_size_bytes;
    std::vector<std::string> names;
    for (std::size_t i = 0; i < holding; ++i) {
      names.push_back(layers[i].name);
      best->spared.push_back(layers[i].name + " is not " + how + ": " + alone_text(layers[i], how));
    }
    best->network.metadata["budget"] = to_string(budget_);
    best->network.metadata[best->not_reduced] = joined(names);
    return *std::move(best);
  }

  static std::string alone_text(const ReducedLayer& layer, const std::string& how) {
    return how + " alone, before any training, it adds " + layer.cost_text;
  }

  static Error nothing_can_be_spared(const BudgetAttempt& closest, std::size_t spares, const std::string& how,
                                     const std::vector<ReducedLayer>& layers) {
    const ReducedLayer& worst = layers.front();
    const std::string who = worst.cost.relative > 0
                                ? worst.name + " stands in the way most (" + alone_text(worst, how) + ")"
                                : "no layer stands in the way alone";
    const std::string where =
        spares == 0 ? "with all of the layers " + how
                    : "with " + std::to_string(spares) + " of " + std::to_string(layers.size()) + " layers not " + how;
    return cannot_hold(who + "; closest was " + where + ", where " + closest.overrun +
                       "; allow more, or choose another strategy");
  }

  const Network& baseline_;
  const StrategyContext& context_;
  const AccuracyBudget& budget_;
  const MixtureJudge& judges_;
  const ProgressFn& progress_;
};

}  // namespace

Result<HeldBudget> hold_budget(const Network& baseline, const Strategy& strategy, const StrategyContext& context,
                               const AccuracyBudget& budget, const JudgeFn& judge, const ProgressFn& progress,
                               const TrackFn& track) {
  PITLANE_CHECK(!track_limit(budget) || track);
  PITLANE_TRY(const std::vector<OutputError> before, judge(baseline, progress));
  PITLANE_TRY(const std::vector<ErrorLimit> limits, error_limits(budget, before));
  if (const Strain own = strain(limits, before); own.share > 1)
    return cannot_hold("in the network itself, before anything is done to it, " +
                       overrun_text(limits[own.limit], before) + "; allow more");
  const MixtureJudge judges{limits, judge, track};
  PITLANE_TRY(HeldBudget held, BudgetControl(baseline, context, budget, judges, progress).hold(strategy, before));
  held.loose = loose_limits(limits, before);
  return held;
}

Result<Network> keep_costliest_in_floats(const Network& baseline, const Strategy& strategy,
                                         const StrategyContext& given, std::size_t count, const JudgeFn& judge,
                                         const ProgressFn& progress) {
  StrategyContext context = given;
  PITLANE_TRY(StorageDraft drafted, draft_of(baseline, strategy, context, progress));
  drafted.rounded.clear();
  const TrackFn nobody_drives;
  MixtureSearch search(std::move(drafted), MixtureJudge{{}, judge, nobody_drives}, context, progress);
  if (search.integers_only() || search.size() <= count)
    return unsupported(std::string("strategy ") + strategy.name + " has no " + std::to_string(count + 1) +
                       " layers of which " + std::to_string(count) + " could stay in floats");
  PITLANE_TRY_STATUS(search.weigh());
  const Mixture mixture = search.costliest(count);
  PITLANE_TRY(Network network, search.make(mixture));
  name_origin(strategy, network);
  network.metadata["in floats"] = joined(search.names(mixture, true));
  PITLANE_TRY_STATUS(validate(network));
  return network;
}

}  // namespace pitlane
