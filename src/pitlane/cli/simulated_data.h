// Data that the expert makes in memory, for networks that come without a recording.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "pitlane/cli/data_source.h"
#include "pitlane/core/progress.h"
#include "pitlane/core/result.h"
#include "pitlane/network/network.h"
#include "pitlane/sim/track.h"

namespace pitlane::cli {

/// Expert laps on `tracks`, both ways, with recovery noise, split by lap. The network must have outputs v and w.
Result<OpenedData> simulate_data(const std::vector<std::shared_ptr<const Track>>& tracks, const Network& network,
                                 std::int64_t frames, std::uint64_t seed, const ProgressFn& progress);

}  // namespace pitlane::cli
