// From a circuit's definition to evenly spaced points on its line.
#pragma once

#include <string>
#include <vector>

#include "pitlane/core/result.h"
#include "pitlane/measure/world.h"
#include "pitlane/sim/fillet.h"

namespace pitlane {

inline constexpr double kLargestSpacing_m = 0.25;
/// Longer circuits are refused: a slip of units would otherwise fill the memory.
inline constexpr double kLongestCircuit_m = 20'000;

struct CentreLine {
  std::vector<ReferenceLine::Point> points;  ///< widths are all 0 where what it is made of has none
  std::vector<int> waypoint;                 ///< by point: index of the waypoint (or reference point) at or before it
  double length_m = 0;
  double smallest_radius_m = 0;  ///< of the arcs of pieces; 0 where the line is made of points
};

Result<CentreLine> sample_pieces(const std::vector<PathPiece>& pieces);
/// A closed Catmull-Rom curve through the points; widths, all 0 or all something else, change linearly from one to the
/// next. Errors: fewer than 8, gaps over 10 m, an open end, widths that change too fast (check_taper).
Result<CentreLine> sample_reference(const std::vector<ReferenceLine::Point>& reference);
/// The same line with its first point `start_m` further on (modulo its length).
CentreLine start_at(CentreLine line, double start_m);

/// Signed curvature (1/m, left positive) at each point of a closed line, from the change of heading over
/// `window_m` of arc length centred on it.
std::vector<double> curvature(const std::vector<ReferenceLine::Point>& closed, double length_m, double window_m);

}  // namespace pitlane
