// The real numbers that each value of a network takes on training pictures.
#pragma once

#include <optional>
#include <vector>

#include "pitlane/core/progress.h"
#include "pitlane/core/result.h"
#include "pitlane/data/dataset.h"
#include "pitlane/data/split.h"
#include "pitlane/network/network.h"
#include "pitlane/optimize/histogram.h"

namespace pitlane {

/// By ValueId, smallest and largest on up to 512 pictures of `split.train`; empty for inputs and for values that are
/// never computed. Errors: as calibration_samples(), and a network that ActivationProbe refuses.
Result<std::vector<std::optional<ActivationRange>>> measure_value_ranges(const Network& network, const Dataset& dataset,
                                                                         const Split& split,
                                                                         const ProgressFn& progress = {});

}  // namespace pitlane
