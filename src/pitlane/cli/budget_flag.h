// --budget: how much accuracy a strategy may cost.
#pragma once

#include <CLI/CLI.hpp>

#include <string>

#include "pitlane/core/result.h"
#include "pitlane/network/network.h"
#include "pitlane/optimize/accuracy_budget.h"

namespace pitlane::cli {

void add_budget_flag(CLI::App& verb, std::string& budget);

/// Empty where the flag was not given. Errors: a text that is no budget, before anything is opened.
Result<AccuracyBudget> read_budget(const CLI::App& verb, const std::string& text);

/// Error: an output that the network has not.
Status check_budget_outputs(const AccuracyBudget& budget, const Network& network);

/// Where no lap can be judged. Error: a limit on the track; `why` says why not, and the remedy.
Status check_track_limit(const AccuracyBudget& budget, const std::string& why);

}  // namespace pitlane::cli
