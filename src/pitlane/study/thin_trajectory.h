// Fewer points for the store and for drawing, the same picture.
#pragma once

#include <cstddef>
#include <limits>
#include <vector>

#include "pitlane/measure/episode.h"

namespace pitlane {

/// The points that matter, by Ramer-Douglas-Peucker (Ramer 1972; Douglas, Peucker 1973) over position and deviation:
/// left-out points lie within a tolerance of the straight line between kept ones, in place and in deviation. Starts
/// with `tolerance_m` and coarsens until at most `max_points` (at least 2) are left. First and last stay. Points that
/// are not finite are dropped. With `tolerance_mps` the commanded speed keeps points as well.
std::vector<TrajectoryPoint> thin_trajectory(const std::vector<TrajectoryPoint>& points, double tolerance_m,
                                             std::size_t max_points,
                                             double tolerance_mps = std::numeric_limits<double>::infinity());

/// What the store keeps of a drive's trajectory: at most 400 points a lap, to the millimetre and the millisecond, from
/// which a picture differs by a centimetre and 0.1 m/s (more where 400 do not suffice). Each drive takes a small
/// part of the bytes of all its points.
std::vector<TrajectoryPoint> trajectory_to_keep(const std::vector<TrajectoryPoint>& points, int laps);

}  // namespace pitlane
