// Data that is there, once more: for a network that wants other pictures of the same frames.
#pragma once

#include <cstdint>
#include <vector>

#include "pitlane/cli/data_source.h"
#include "pitlane/network/network.h"
#include "pitlane/study/seen_data.h"

namespace pitlane::cli {

/// Decodes `recordings` again, or where there are none drives the laps of open_tuning_data again with the same seed, on
/// the circuits of `baseline`. All must outlive the function.
LoadFn reload_from(const DataFlags& flags, const std::vector<Recording>& recordings, const Network& baseline,
                   std::int64_t frames, std::uint64_t seed);

}  // namespace pitlane::cli
