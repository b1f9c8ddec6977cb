// Fewer points for drawing, the same picture.
#pragma once

#include <cstddef>
#include <vector>

#include "pitlane/measure/episode.h"

namespace pitlane {

/// The points that matter, by Ramer-Douglas-Peucker (Ramer 1972; Douglas, Peucker 1973) over position and deviation:
/// left-out points lie within a tolerance of the straight line between kept ones, in place and in deviation. Starts
/// with `tolerance_m` and coarsens until at most `max_points` (at least 2) are left. First and last stay. Points that
/// are not finite are dropped.
std::vector<TrajectoryPoint> thin_trajectory(const std::vector<TrajectoryPoint>& points, double tolerance_m,
                                             std::size_t max_points);

}  // namespace pitlane
