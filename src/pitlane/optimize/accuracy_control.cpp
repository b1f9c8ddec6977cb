#include "pitlane/optimize/accuracy_control.h"

#include <cstddef>
#include <limits>
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

/// A strategy under a budget, and which of its layers are spared.
class BudgetControl {
 public:
  /// What is named must outlive it.
  BudgetControl(const Network& baseline, const Strategy& strategy, const StrategyContext& context,
                const AccuracyBudget& budget, const MixtureJudge& judges, const ProgressFn& progress)
      : baseline_(baseline),
        strategy_(strategy),
        context_(context),
        budget_(budget),
        judges_(judges),
        progress_(progress) {
    if (context.fine_tune)
      context_.fine_tune = [this, &context](const Network& network, const FineTuning& wanted, const ProgressFn& inner) {
        ++trainings_;
        return context.fine_tune(network, wanted, inner);
      };
    // Every try shrinks the same network.
    if (context.importance)
      context_.importance = [this, &context](const Network& network, const ProgressFn& inner) -> Result<Importance> {
        const std::string hash = content_hash(network);
        if (!importance_ || importance_->first != hash) {
          PITLANE_TRY(Importance found, context.importance(network, inner));
          importance_.emplace(hash, std::move(found));
        }
        return importance_->second;
      };
  }
  BudgetControl(const BudgetControl&) = delete;
  BudgetControl& operator=(const BudgetControl&) = delete;

  Result<HeldBudget> hold() {
    PITLANE_TRY(BudgetAttempt whole, attempt_or_diverged(strategy_));
    if (whole.why_not && (whole.before_rounding || whole.diverged)) {
      PITLANE_TRY(layers_, weigh_reduced_layers(baseline_, strategy_, context_, judges_.limits, judges_.errors,
                                                progress_, judged_));
    }
    if (whole.diverged && layers_.empty()) return *whole.why_not;
    if (!whole.why_not || layers_.empty()) return outcome(std::move(whole));
    PITLANE_TRY(BudgetAttempt spared, spare(whole));
    if (!spared.why_not) spared.held.strategy_size_bytes = whole.held.strategy_size_bytes;
    return outcome(std::move(spared));
  }

 private:
  using Importance = std::vector<std::vector<double>>;

  [[nodiscard]] Result<HeldBudget> outcome(BudgetAttempt attempt) const {
    if (attempt.why_not) return attempt.why_not->in(std::string("strategy ") + strategy_.name);
    attempt.held.judged = judged_;
    return std::move(attempt.held);
  }

  Result<BudgetAttempt> attempt(const Strategy& strategy) {
    PITLANE_TRY(BudgetAttempt made, attempt_budget(baseline_, strategy, context_, budget_, judges_, progress_));
    judged_ += made.held.judged;
    made.held.trainings = trainings_;
    return made;
  }

  /// The fewest layers that make the budget hold are left as they are, costliest first. All but one at first: what
  /// training alone breaks, or rounding, is known after one more training then.
  Result<BudgetAttempt> spare(const BudgetAttempt& whole) {
    const std::size_t most = layers_.size() - 1;
    if (most == 0) return nothing_to_spare(whole, 0);
    PITLANE_TRY(BudgetAttempt best, attempt_sparing(most));
    if (best.why_not && (best.before_rounding || best.diverged))
      return best.before_rounding && best.share < whole.share ? nothing_to_spare(best, most)
                                                              : nothing_to_spare(whole, 0);
    if (best.why_not) {
      best.why_not = best.why_not->in(layers_left(most));
      return best;
    }
    std::size_t fails = 0, holding = most;
    while (holding - fails > 1) {
      const std::size_t count = (fails + holding) / 2;
      PITLANE_TRY(BudgetAttempt one, attempt_sparing(count));
      (one.why_not ? fails : holding) = count;
      if (!one.why_not) best = std::move(one);
    }
    PITLANE_TRY_STATUS(tell_spared(holding, best.held));
    return best;
  }

  /// Training may diverge with some layers spared and not with others: such an attempt does not hold.
  Result<BudgetAttempt> attempt_sparing(std::size_t count) {
    const Progress now{"budget: which layers", 0, 0, layers_left(count)};
    if (!report(progress_, now)) return interrupted();
    std::vector<std::string> nodes;
    for (std::size_t i = 0; i < count; ++i) nodes.push_back(layers_[i].node);
    return attempt_or_diverged(sparing(strategy_, nodes));
  }

  Result<BudgetAttempt> attempt_or_diverged(const Strategy& strategy) {
    Result<BudgetAttempt> made = attempt(strategy);
    if (made.ok() || made.error().kind() != ErrorKind::kNumeric) return made;
    BudgetAttempt diverged;
    diverged.why_not = made.error();
    diverged.diverged = true;
    diverged.share = std::numeric_limits<double>::infinity();
    diverged.overrun = "it ends in an error: " + made.error().message();
    return diverged;
  }

  /// "with 2 of 9 layers not pruned"
  [[nodiscard]] std::string layers_left(std::size_t count) const {
    return "with " + std::to_string(count) + " of " + std::to_string(layers_.size()) + " layers " +
           how_it_spares(strategy_);
  }

  [[nodiscard]] std::string alone_text(const ReducedLayer& layer) const {
    return how_it_reduces(strategy_) + " alone, before any training, " + layer.cost_text;
  }

  Status tell_spared(std::size_t count, HeldBudget& held) const {
    held.not_reduced = how_it_spares(strategy_);
    std::vector<std::string> names;
    for (std::size_t i = 0; i < count; ++i) {
      names.push_back(layers_[i].name);
      held.spared.push_back(layers_[i].name + " is " + held.not_reduced + ": " + alone_text(layers_[i]) +
                            (layers_[i].cost.relative > 0 ? "" : ", beside the others it does"));
    }
    held.network.metadata["budget"] = to_string(budget_);
    held.network.metadata[held.not_reduced] = joined(names);
    PITLANE_TRY(held.size_bytes, pit_size(held.network));
    return {};
  }

  /// `closest` is `whole`, or what spares all layers but one.
  [[nodiscard]] BudgetAttempt nothing_to_spare(const BudgetAttempt& closest, std::size_t spares) const {
    const ReducedLayer& worst = layers_.front();
    const std::string how = how_it_reduces(strategy_);
    std::string why;
    if (spares == 0) {
      why = (worst.cost.relative > 0 ? worst.name + " stands in the way most (" + alone_text(worst) + ")"
                                     : "no layer stands in the way alone") +
            "; closest was with all of the layers " + how + ", where " + closest.overrun;
    } else {
      const ReducedLayer& left = layers_.back();
      why = "closest was with " + left.name + " alone " + how + " (before any training " + left.cost_text +
            "), where " + closest.overrun + ", so that this layer or the training stands in the way; " + worst.name +
            " costs most (" + alone_text(worst) + ")";
    }
    BudgetAttempt out;
    out.why_not = cannot_hold(why + "; allow more, or choose another strategy");
    return out;
  }

  const Network& baseline_;
  const Strategy& strategy_;
  StrategyContext context_;
  const AccuracyBudget& budget_;
  const MixtureJudge& judges_;
  const ProgressFn& progress_;
  std::vector<ReducedLayer> layers_;                              ///< costliest first
  std::optional<std::pair<std::string, Importance>> importance_;  ///< of the network of this content
  int trainings_ = 0, judged_ = 0;
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
  PITLANE_TRY(HeldBudget held, BudgetControl(baseline, strategy, context, budget, judges, progress).hold());
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
