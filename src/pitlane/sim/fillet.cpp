#include "pitlane/sim/fillet.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <string>

#include "pitlane/sim/car.h"
#include "pitlane/sim/number_text.h"
#include "pitlane/sim/road_width.h"

namespace pitlane {
namespace {

struct Corner {
  double in_heading = 0;  // of the edge that arrives
  double turn = 0;        // -pi..pi, left positive
  double tangent_m = 0;   // from the tip to where the arc begins
};

std::string name(std::size_t index) { return "waypoint " + std::to_string(index + 1); }

double edge_length(const Waypoint& a, const Waypoint& b) { return std::hypot(b.x_m - a.x_m, b.y_m - a.y_m); }

double heading(const Waypoint& a, const Waypoint& b) { return std::atan2(b.y_m - a.y_m, b.x_m - a.x_m); }

Result<Corner> corner_at(const std::vector<Waypoint>& points, std::size_t i) {
  const Waypoint& before = points[(i + points.size() - 1) % points.size()];
  const Waypoint& here = points[i];
  const Waypoint& after = points[(i + 1) % points.size()];
  if (edge_length(here, after) < 1e-6)
    return invalid_argument(name(i) +
                            " and the next one are the same point; remove one (the circuit closes by itself)");
  Corner corner;
  corner.in_heading = heading(before, here);
  corner.turn = wrap_angle(heading(here, after) - corner.in_heading);
  if (std::abs(corner.turn) > 0.999 * std::numbers::pi)
    return invalid_argument(name(i) + " turns back on itself; make a hairpin of two corners");
  corner.tangent_m = here.radius_m * std::tan(std::abs(corner.turn) / 2);
  return corner;
}

}  // namespace

Result<std::vector<PathPiece>> round_corners(const std::vector<Waypoint>& waypoints) {
  const std::size_t n = waypoints.size();
  if (n < 3) return invalid_argument("has " + std::to_string(n) + " waypoints; a closed circuit needs at least 3");
  std::vector<Corner> corners;
  for (std::size_t i = 0; i < n; ++i) {
    PITLANE_TRY(Corner corner, corner_at(waypoints, i));
    corners.push_back(corner);
  }
  std::vector<PathPiece> pieces;
  for (std::size_t i = 0; i < n; ++i) {
    const std::size_t next = (i + 1) % n;
    const Corner& corner = corners[i];
    const double edge_m = edge_length(waypoints[i], waypoints[next]);
    const double needed_m = corner.tangent_m + corners[next].tangent_m;
    if (needed_m > edge_m * (1 + 1e-9))
      return invalid_argument("the arcs of " + name(i) + " and " + name(next) + " need " + number_text(needed_m) +
                              " m of the " + number_text(edge_m) + " m between them; make a radius smaller");
    const Pose arc_start{waypoints[i].x_m - corner.tangent_m * std::cos(corner.in_heading),
                         waypoints[i].y_m - corner.tangent_m * std::sin(corner.in_heading), corner.in_heading};
    const double straight_m = std::max(0.0, edge_m - needed_m);
    const double width_m = waypoints[i].width_m, next_width_m = waypoints[next].width_m;
    PITLANE_TRY_STATUS(check_taper(name(i), name(next), width_m, next_width_m, straight_m));
    const double arc_m = waypoints[i].radius_m * std::abs(corner.turn);
    if (arc_m > 0)
      pieces.push_back({arc_start, arc_m, std::copysign(1 / waypoints[i].radius_m, corner.turn), static_cast<int>(i),
                        width_m, width_m});
    const double out_heading = corner.in_heading + corner.turn;
    const Pose arc_end{waypoints[i].x_m + corner.tangent_m * std::cos(out_heading),
                       waypoints[i].y_m + corner.tangent_m * std::sin(out_heading), out_heading};
    if (straight_m > 1e-9) pieces.push_back({arc_end, straight_m, 0, static_cast<int>(i), width_m, next_width_m});
  }
  return pieces;
}

}  // namespace pitlane
