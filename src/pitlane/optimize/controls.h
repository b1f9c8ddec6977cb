// The controls of strategies: the same training with nothing taken away, which shows what a strategy gained by having
// trained on at all. What was published as a gain of pruning or quantisation may be extra training.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "pitlane/optimize/strategy.h"

namespace pitlane {

/// One for each strategy of the table that trains and takes something away: NAME_control. All of its trainings in their
/// order, as long, at their rates, from labels and baseline in the same shares; nothing else.
const std::vector<Strategy>& controls();

/// Why `name`, which ends in _control, is none of these though what stands before that is a strategy; empty otherwise.
std::optional<std::string> why_no_control(const std::string& name);

}  // namespace pitlane
