// Times all tuned networks in one run, interleaved, so that their ratios hold on a noisy machine.
#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <vector>

#include "pitlane/core/progress.h"
#include "pitlane/core/result.h"
#include "pitlane/measure/latency.h"
#include "pitlane/study/tune.h"
#include "pitlane/study/tune_result.h"

namespace pitlane {

struct TimedData {
  SeenData& rows;  ///< of strategies
  SeenData& made;  ///< of networks that were made elsewhere, whose pictures are of many sizes
};

/// Fills latency_ms, latency_samples_ms, frame_ms and layers of every row that did not fail, and the machine's limits.
/// The input is a validation picture, the frame noise. What no driver can hold (several cameras) has no frame_ms.
Status time_rows(TuneResult& result, const std::filesystem::path& out, const TuneInputs& inputs, TimedData data,
                 const LatencyOptions& options, const ProgressFn& progress);

/// Median milliseconds of each network on the picture of `sample`, with one pinned thread, taking turns. All see
/// `dataset`. Errors: one cannot be compiled, an answer that is not the reference's.
Result<std::vector<double>> time_networks(std::span<const Network* const> networks, const Dataset& dataset,
                                          std::int64_t sample, const LatencyOptions& options);

}  // namespace pitlane
