// One recipe under a budget: the layers that cost too much in few bits go back to more.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "pitlane/core/progress.h"
#include "pitlane/core/result.h"
#include "pitlane/network/network.h"
#include "pitlane/optimize/accuracy_budget.h"
#include "pitlane/optimize/accuracy_control.h"
#include "pitlane/optimize/mixture_search.h"
#include "pitlane/optimize/strategy.h"

namespace pitlane {

struct BudgetAttempt {
  HeldBudget held;               ///< where it cannot be held, what the strategy makes by itself
  std::optional<Error> why_not;  ///< none: it is held
  bool before_rounding = false;  ///< of what prunes, clusters or shrinks: that stands in the way, and no rounding
  bool diverged = false;         ///< its training came to no numbers
  double share = 0;              ///< before rounding: of the limits, what is taken with every layer in floats
  std::string overrun = {};      ///< and by how much that is too far
};

/// hold_budget() of the recipe as it is, sparing nothing. `judges` has the budget's limits. Errors: as of hold_budget,
/// but for a budget that cannot be held.
Result<BudgetAttempt> attempt_budget(const Network& baseline, const Strategy& strategy, const StrategyContext& context,
                                     const AccuracyBudget& budget, const MixtureJudge& judges,
                                     const ProgressFn& progress);

/// "cannot hold the budget: " and why.
Error cannot_hold(const std::string& why);

/// Of its .pit file.
Result<std::int64_t> pit_size(const Network& network);

}  // namespace pitlane
