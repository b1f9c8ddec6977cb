// Episodes for tests: two networks, two perturbations, three latencies, two circuits.
#pragma once

#include <vector>

#include "pitlane/report/drive_summary.h"

namespace pitlane {

/// "a.pit" completes everything up to 60 ms; "b<i>.pit" nothing at 60 ms in the dark, and at 120 ms again.
std::vector<DriveEntry> sample_drives();
/// Of these drives: circuits, a machine, a command that wants to be markup.
DriveOrigin sample_origin();

}  // namespace pitlane
