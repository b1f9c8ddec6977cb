// From the positions of a driven lap, rounded to pixels of somebody's map, to a smooth closed line.
#pragma once

#include <vector>

#include "pitlane/core/result.h"
#include "pitlane/measure/world.h"

namespace pitlane {

struct SmoothedLap {
  std::vector<ReferenceLine::Point> points;  ///< closed, 0.5 m apart or a little less
  double raw_length_m = 0;                   ///< of the positions as they come, staircase and all, closed
  double length_m = 0;                       ///< of the smooth line: this is what a lap on it counts
  double grid_m = 0;                         ///< size of the pixels, as found
};

/// Positions on a grid make a staircase: longer than the line that was driven, and full of corners. Of all lines that
/// keep within about half a pixel of it this takes, roughly, the one that bends least: a flow down the bending energy,
/// pulled back to the staircase wherever it strays farther. What comes after the lap has closed is left out. Errors:
/// fewer than 20 positions, not finite, a gap, no return to the start, longer than 20 km.
Result<SmoothedLap> smooth_lap(const std::vector<ReferenceLine::Point>& positions);

}  // namespace pitlane
