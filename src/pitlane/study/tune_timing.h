// Times all tuned networks in one run, interleaved, so that their ratios hold on a noisy machine.
#pragma once

#include <filesystem>
#include <vector>

#include "pitlane/core/progress.h"
#include "pitlane/core/result.h"
#include "pitlane/measure/latency.h"
#include "pitlane/study/tune.h"
#include "pitlane/study/tune_result.h"

namespace pitlane {

/// Fills latency_ms and latency_samples_ms of every row that did not fail. The input is a validation picture.
Status time_rows(std::vector<StrategyRow>& rows, const std::filesystem::path& out, const TuneInputs& inputs,
                 const LatencyOptions& options, const ProgressFn& progress);

}  // namespace pitlane
