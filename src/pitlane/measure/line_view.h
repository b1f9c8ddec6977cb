// Whether a camera has the line before it.
#pragma once

#include "pitlane/measure/world.h"

namespace pitlane {

/// Whether any point of `line` lies on the ground that the camera of a car at `pose` sees. Looks at points only: those
/// of a line are at most 0.5 m apart, so a `view` narrower than that may miss one.
bool line_in_view(const ReferenceLine& line, const Pose& pose, const ViewCone& view);

}  // namespace pitlane
