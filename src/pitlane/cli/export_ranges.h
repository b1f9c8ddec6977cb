// How large the numbers within a network become, where a .tflite of int8 must say it and the network does not.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "pitlane/core/progress.h"
#include "pitlane/core/result.h"
#include "pitlane/data/dataset.h"
#include "pitlane/data/split.h"
#include "pitlane/formats/export.h"
#include "pitlane/network/network.h"

namespace pitlane::cli {

/// Of the expert's, where a network is calibrated and no recording is given.
inline constexpr std::int64_t kCalibrationFrames = 3000;

/// As ExportOptions::ranges. `prepared`: as prepared_for() makes it.
Result<std::vector<std::optional<ValueRange>>> ranges_on(const Network& prepared, const Dataset& data,
                                                         const Split& split, const ProgressFn& progress);

/// The same as `pitlane convert` without --data. Errors: the expert's drives have no outputs of this network.
Result<std::vector<std::optional<ValueRange>>> simulated_ranges(const Network& prepared, const ProgressFn& progress);

}  // namespace pitlane::cli
