// How a budget's errors are measured: the one way that tune, convert and the search share.
#pragma once

#include "pitlane/data/dataset.h"
#include "pitlane/data/split.h"
#include "pitlane/optimize/accuracy_control.h"
#include "pitlane/study/seen_data.h"

namespace pitlane {

/// On `split.validation`, as `pitlane evaluate` does (measure/accuracy.h). Both must outlive the function. Errors: no
/// validation data, an output that the network lacks.
JudgeFn judge_on(SeenData& data, const Split& split);
/// The same of networks that all see `dataset`.
JudgeFn judge_on(const Dataset& dataset, const Split& split);

}  // namespace pitlane
