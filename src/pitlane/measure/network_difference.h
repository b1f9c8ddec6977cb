// How far apart are the answers of two networks that should mean the same?
#pragma once

#include <cstdint>

#include "pitlane/core/progress.h"
#include "pitlane/core/result.h"
#include "pitlane/measure/drawn_inputs.h"
#include "pitlane/network/network.h"

namespace pitlane {

struct NetworkDifference {
  double largest = 0;  ///< of all outputs, normalised
  std::int64_t pictures = 0;
};

/// Runs both in the engine on `count` inputs of DrawnInputs; memory is kept for three runs at a time. Errors: they
/// differ in the number or sizes of inputs or in the number of outputs, or cannot be run; `progress`, asked before each
/// input, says no.
Result<NetworkDifference> compare_networks(const Network& a, const Network& b, std::int64_t count,
                                           const DrawOptions& options = {}, const ProgressFn& progress = {});

}  // namespace pitlane
