// Where the road of a closed line covers its own ground: at crossings, or where two stretches run too close together.
#pragma once

#include <cstddef>
#include <numbers>
#include <optional>
#include <vector>

#include "pitlane/sim/centre_line.h"

namespace pitlane {

/// Two stretches of the line cut each other, after point `first` and after point `second`; first < second.
struct Crossing {
  std::size_t first = 0, second = 0;
  double angle_rad = 0;  ///< between the two, whichever way they are driven: 0 to pi / 2
};

/// Flatter than this the two roads share a long piece of ground, and a camera sees two lines that look alike.
inline constexpr double kFlattestCrossing_rad = std::numbers::pi / 6;

/// Two points of the line whose roads cover the same ground; first < second.
struct Overlap {
  std::size_t first = 0, second = 0;
  double distance_m = 0;
};

struct SelfOverlap {
  std::vector<Crossing> crossings;  ///< all, by `first`; flat ones too
  std::optional<Overlap> beside;    ///< where two come closest, but for the ground of crossings
};

/// The ground of a crossing: two straight roads of width w that cross at an angle a meet up to w / sin(a) from there; a
/// quarter more is granted for bends. Flat crossings (kFlattestCrossing_rad) have no such ground. Points are not
/// compared with their neighbours, up to pi/2 road widths of arc length away: that is the distance along the tightest
/// half circle whose road does not cover itself. Where very many stretches lie on one another the search ends there,
/// with `beside`, and may not have seen all crossings.
/// `road_width_m`: of points of the line without a width of their own. Where two places have different ones, the mean
/// of both counts, and at a crossing the larger one.
SelfOverlap find_self_overlap(CentreLine line, double road_width_m);

}  // namespace pitlane
