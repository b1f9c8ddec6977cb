// What page/track.js draws: circuits, and drives as thinned paths. Lengths are whole millimetres, speeds mm/s.
#pragma once

#include <cstddef>
#include <vector>

#include "pitlane/report/json_values.h"
#include "pitlane/study/tune_result.h"

namespace pitlane {

/// Four significant digits are more than a chart shows; null where not finite.
Json rounded(double value);
/// {name, width, line: [x, y, ...]}
Json circuit_value(const CircuitMap& map);
/// How many points each of so many drives may have, so that a page stays below a few MB.
std::size_t points_per_drive(std::size_t drives);
/// Adds "path" (x, y, progress, deviation of every kept point) and "speed" (one a point, the mean since the point
/// before).
void add_path(Json& lap, const std::vector<TrajectoryPoint>& trajectory, std::size_t max_points);

}  // namespace pitlane
