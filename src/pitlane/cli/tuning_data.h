// What strategies calibrate, fine-tune and are judged on: recordings of the user, or the expert in the simulator.
#pragma once

#include <cstdint>
#include <vector>

#include "pitlane/cli/data_source.h"
#include "pitlane/core/progress.h"
#include "pitlane/core/result.h"
#include "pitlane/network/network.h"

namespace pitlane::cli {

/// Has it outputs v and w?
bool drives_directly(const Network& network);

/// `recordings`, or where there are none `frames` of the expert's, driven on circuits that the network was trained on
/// (where it does not say: those that are not held out). Errors: neither a recording nor outputs v and w.
Result<OpenedData> open_tuning_data(const DataFlags& flags, const std::vector<Recording>& recordings,
                                    const Network& network, std::int64_t frames, std::uint64_t seed,
                                    const ProgressFn& progress);

}  // namespace pitlane::cli
