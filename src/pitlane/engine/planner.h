// Turns a validated Network into steps over one arena.
#pragma once

#include <memory>
#include <vector>

#include "pitlane/core/result.h"
#include "pitlane/engine/arena_plan.h"
#include "pitlane/engine/step.h"
#include "pitlane/engine/step_info.h"
#include "pitlane/kernels/table.h"
#include "pitlane/network/network.h"

namespace pitlane {

struct PlannedSteps {
  std::vector<std::unique_ptr<Step>> steps;
  std::vector<StepInfo> infos;  ///< one per step
  ArenaPlan arena;
  /// Distinct output values, in the order in which the network's outputs first name them.
  std::vector<ValueId> outputs;
  /// Recurrent memory: to be zeroed between episodes.
  std::vector<Picture> states;
};

/// `threads`: that may run the pieces of one step.
Result<PlannedSteps> plan_steps(const Network& network, const kernels::Table& kernels, int threads);

}  // namespace pitlane
