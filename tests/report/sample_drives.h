// Episodes for tests: two networks, two perturbations, three latencies, two circuits.
#pragma once

#include <vector>

#include "pitlane/report/episode_json.h"

namespace pitlane {

/// "a.pit" completes everything up to 60 ms; "b<i>.pit" nothing at 60 ms in the dark, and at 120 ms again.
std::vector<DriveEntry> sample_drives();

}  // namespace pitlane
