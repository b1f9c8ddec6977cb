// What page/track.js draws: circuits, and drives as thinned paths. Lengths are whole millimetres, speeds mm/s.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "pitlane/report/json_values.h"
#include "pitlane/study/tune_result.h"

namespace pitlane {

/// Four significant digits are more than a chart shows; null where not finite.
Json rounded(double value);
/// {name, width, line: [x, y, ...], widths: one of each point, where the road is not equally wide}; `width` in metres.
Json circuit_value(const CircuitMap& map);
/// How many points each of so many drives may have, so that a page stays below a few MB.
std::size_t points_per_drive(std::size_t drives);
/// A drive as pages show it.
struct DrawnDrive {
  std::size_t driver = 0;  ///< which of the page's
  std::string circuit;
  bool held_out = false, reverse = false;
  std::optional<std::string> perturbation;  ///< empty: the page knows none
  std::string latency;
  std::uint64_t seed = 1;
  const EpisodeResult& result;
};
/// How it was driven and ended, "path" (x, y, progress, deviation of every kept point) and "speed" (one a point, the
/// mean since the point before).
Json drive_value(const DrawnDrive& drive, std::size_t max_points);

}  // namespace pitlane
