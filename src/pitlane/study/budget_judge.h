// How a budget's errors are measured: the one way that tune and convert share.
#pragma once

#include <vector>

#include "pitlane/data/dataset.h"
#include "pitlane/data/split.h"
#include "pitlane/measure/accuracy.h"
#include "pitlane/optimize/accuracy_control.h"
#include "pitlane/study/seen_data.h"

namespace pitlane {

/// On `split.validation`, as `pitlane evaluate` does (measure/accuracy.h). Both must outlive the function. Errors: no
/// validation data, an output that the network lacks.
JudgeFn judge_on(SeenData& data, const Split& split);
/// What a budget looks at of them.
std::vector<OutputError> output_errors(const Accuracy& accuracy);

}  // namespace pitlane
