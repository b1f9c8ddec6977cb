// Data that is there, once more: for a network that wants other pictures of the same frames.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "pitlane/cli/data_source.h"
#include "pitlane/network/network.h"
#include "pitlane/study/seen_data.h"

namespace pitlane::cli {

/// Decodes `recordings` again, or where there are none drives the laps of open_tuning_data again with the same seed, on
/// the circuits of `baseline`. All must outlive the function.
LoadFn reload_from(const DataFlags& flags, const std::vector<Recording>& recordings, const Network& baseline,
                   std::int64_t frames, std::uint64_t seed);

/// Errors: a recording whose pictures are no whole frames, which `who` needs: no network could see them at another
/// size.
Status check_whole_frames(const std::vector<Recording>& recordings, const std::string& who);

/// For who takes all strategies: where recordings hold no whole frames, those that need some are no failures, but left
/// out. `names` becomes all others, and the sentence that says so is given; else nothing changes and it is empty.
std::string leave_out_smaller(std::vector<std::string>& names, const std::vector<Recording>& recordings);

}  // namespace pitlane::cli
