#include "pitlane/sim/road_width.h"

#include <algorithm>
#include <cmath>

#include "pitlane/sim/number_text.h"

namespace pitlane {
namespace {

// Two cells of a distance field: the slope of what it holds jumps at the strip's inner border, and no colour changes
// within a cell of there.
constexpr double kStrip_m = 0.1;

// A piece of an edge beside a straight line.
struct EdgePiece {
  double along_m, aside_m;  // where it begins, seen from a place of the line
  double length_m;          // along the line
  double end_aside_m;
};

double distance_to(const EdgePiece& edge) {
  const double rise_m = edge.end_aside_m - edge.aside_m;
  const double foot =
      -(edge.along_m * edge.length_m + edge.aside_m * rise_m) / (edge.length_m * edge.length_m + rise_m * rise_m);
  const double t = std::clamp(foot, 0.0, 1.0);
  return std::hypot(edge.along_m + t * edge.length_m, edge.aside_m + t * rise_m);
}

}  // namespace

Status check_taper(const std::string& from, const std::string& to, double from_width_m, double to_width_m,
                   double length_m) {
  const double aside_m = std::abs(to_width_m - from_width_m) / 2;
  if (aside_m <= kSteepestTaper * length_m * (1 + 1e-6) + 1e-9) return {};
  return invalid_argument("from " + from + " to " + to + " the road's edges move " + number_text(aside_m, 6) +
                          " m aside, which takes " + number_text(aside_m / kSteepestTaper, 6) + " m of line (" +
                          number_text(kSteepestTaper) + " m per metre), and there are " +
                          number_text(length_m < 1e-6 ? 0 : length_m, 6) +
                          ": make the widths more alike or the way between them longer");
}

std::vector<double> disc_radii(const std::vector<ReferenceLine::Point>& closed) {
  const std::size_t n = closed.size();
  std::vector<double> step_m(n), radius_m(n);
  for (std::size_t i = 0; i < n; ++i)
    step_m[i] = std::hypot(closed[(i + 1) % n].x_m - closed[i].x_m, closed[(i + 1) % n].y_m - closed[i].y_m);
  for (std::size_t i = 0; i < n; ++i) {
    radius_m[i] = closed[i].width_m / 2;
    double ahead_m = 0, behind_m = 0;
    // As far each way as an edge can be the nearest.
    for (std::size_t k = 0; k < n && std::min(ahead_m, behind_m) < radius_m[i]; ++k) {
      const std::size_t before = (i + n - k) % n, next_before = (before + n - 1) % n;
      const std::size_t after = (i + k) % n, next_after = (after + 1) % n;
      const EdgePiece ahead{ahead_m, closed[after].width_m / 2, step_m[after], closed[next_after].width_m / 2};
      const EdgePiece behind{behind_m, closed[before].width_m / 2, step_m[next_before],
                             closed[next_before].width_m / 2};
      radius_m[i] = std::min({radius_m[i], distance_to(ahead), distance_to(behind)});
      ahead_m += ahead.length_m, behind_m += behind.length_m;
    }
  }
  return radius_m;
}

NarrowedRoad::NarrowedRoad(const RoadShape& road)
    : line_m_(std::min(road.line_width_m, road.narrowest_m) / 2),
      inner_m_(std::max(line_m_, road.narrowest_m / 2 - kStrip_m)),
      strip_m_(road.narrowest_m / 2 - inner_m_) {
  PITLANE_CHECK(road.narrowest_m > 0 && road.widest_m >= road.narrowest_m);
}

}  // namespace pitlane
