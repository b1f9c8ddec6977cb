// A closed polygon whose corners are rounded by arcs of given radii, as a list of straights and arcs.
#pragma once

#include <vector>

#include "pitlane/core/result.h"
#include "pitlane/measure/world.h"

namespace pitlane {

/// A corner of a circuit: the tip of the polygon, which the rounded line does not reach.
struct Waypoint {
  double x_m = 0, y_m = 0;
  double radius_m = 0;  ///< of the arc that rounds the corner
  double width_m = 0;   ///< of the road on that arc; 0: as the circuit's
};

/// One straight (curvature 0) or arc of a path, left turns positive.
struct PathPiece {
  Pose start;
  double length_m = 0;
  double curvature_1pm = 0;
  int waypoint = 0;                     ///< an arc's corner, or the corner that a straight leaves
  double width_m = 0, end_width_m = 0;  ///< of the road where the piece starts and ends, linear between; of Waypoint
};

/// Each arc touches both edges of its corner at radius * tan(turn / 2) from the tip.
/// Widths are all 0 or all something else.
/// Errors name the waypoint (counted from 1): too few, repeated, turns back on itself, no room for the arc or for the
/// width to change (check_taper).
Result<std::vector<PathPiece>> round_corners(const std::vector<Waypoint>& waypoints);

}  // namespace pitlane
