#include "pitlane/sim/lap_smoothing.h"

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>

#include "pitlane/sim/centre_line.h"
#include "pitlane/sim/number_text.h"

namespace pitlane {
namespace {

using Point = ReferenceLine::Point;
using Points = std::vector<Point>;

constexpr double kSpacing_m = 0.25;  // while smoothing
constexpr double kLargestGap_m = 3;  // between positions, and from the last to the first
constexpr double kShortestLap_m = 30;

double gap_m(const Point& a, const Point& b) { return std::hypot(b.x_m - a.x_m, b.y_m - a.y_m); }

double closed_length(const Points& points) {
  double length = 0;
  for (std::size_t i = 0; i < points.size(); ++i) length += gap_m(points[i], points[(i + 1) % points.size()]);
  return length;
}

Result<Points> without_repeats(const Points& positions) {
  Points points;
  for (const Point& p : positions) {
    if (!std::isfinite(p.x_m) || !std::isfinite(p.y_m))
      return corrupt("position " + std::to_string(points.size() + 1) + " of the lap is not finite");
    if (!points.empty() && gap_m(points.back(), p) < 1e-6) continue;
    if (!points.empty() && gap_m(points.back(), p) > kLargestGap_m)
      return invalid_argument("the lap has a gap of " + number_text(gap_m(points.back(), p)) + " m after " +
                              std::to_string(points.size()) + " positions; at most " + number_text(kLargestGap_m) +
                              " m can be bridged");
    points.push_back(p);
  }
  if (points.size() < 20)
    return invalid_argument("the lap has only " + std::to_string(points.size()) +
                            " different positions; at least 20 are needed");
  return points;
}

// Cuts the trace where it first comes back to its start.
Result<Points> one_lap(Points points) {
  double driven_m = 0;
  std::size_t best = 0;
  double best_m = kLargestGap_m;
  for (std::size_t i = 1; i < points.size(); ++i) {
    driven_m += gap_m(points[i - 1], points[i]);
    if (driven_m > kLongestCircuit_m)
      return invalid_argument("the lap is longer than " + number_text(kLongestCircuit_m) + " m");
    if (driven_m < kShortestLap_m) continue;
    const double from_start_m = gap_m(points[i], points[0]);
    if (from_start_m < best_m) best = i, best_m = from_start_m;
    if (best > 0 && from_start_m > 2 * kLargestGap_m) break;  // past the start and away again
  }
  if (best == 0)
    return invalid_argument("the lap does not close: its last position is " +
                            number_text(gap_m(points.back(), points[0])) + " m from its first");
  // A last position on top of the first would be a point too many.
  points.resize(best_m < 1e-6 ? best : best + 1);
  return points;
}

// The commonest step is one pixel long, or the diagonal of one; the smaller of the two is the pixel.
double grid_size(const Points& points) {
  std::vector<double> steps;
  for (std::size_t i = 1; i < points.size(); ++i) steps.push_back(gap_m(points[i - 1], points[i]));
  std::nth_element(steps.begin(), steps.begin() + static_cast<std::ptrdiff_t>(steps.size() / 10), steps.end());
  return steps[steps.size() / 10];
}

Points evenly_spaced(const Points& points, double spacing_m) {
  const double length = closed_length(points);
  const auto count = static_cast<std::size_t>(std::ceil(length / spacing_m));
  Points even;
  double start_m = 0;
  std::size_t segment = 0;
  for (std::size_t k = 0; k < count; ++k) {
    const double s = length * static_cast<double>(k) / static_cast<double>(count);
    double piece = gap_m(points[segment], points[(segment + 1) % points.size()]);
    while (s > start_m + piece && segment + 1 < points.size()) {
      start_m += piece;
      ++segment;
      piece = gap_m(points[segment], points[(segment + 1) % points.size()]);
    }
    const Point &a = points[segment], &b = points[(segment + 1) % points.size()];
    const double t = piece > 0 ? (s - start_m) / piece : 0;
    even.push_back({a.x_m + t * (b.x_m - a.x_m), a.y_m + t * (b.y_m - a.y_m)});
  }
  return even;
}

// One step down the bending energy (its gradient is the fourth difference), then back into the tube.
void relax(const Points& anchor, double tube_m, Points& line) {
  const std::size_t n = line.size();
  Points next = line;
  for (std::size_t i = 0; i < n; ++i) {
    const Point &a = line[(i + n - 2) % n], &b = line[(i + n - 1) % n], &c = line[i], &d = line[(i + 1) % n],
                &e = line[(i + 2) % n];
    constexpr double kRate = 1.0 / 18;  // stable below 1/8; gentle, for the pull-back's sake
    Point moved{c.x_m - kRate * (a.x_m - 4 * b.x_m + 6 * c.x_m - 4 * d.x_m + e.x_m),
                c.y_m - kRate * (a.y_m - 4 * b.y_m + 6 * c.y_m - 4 * d.y_m + e.y_m)};
    const double strayed = gap_m(moved, anchor[i]);
    if (strayed > tube_m) {
      moved.x_m = anchor[i].x_m + tube_m / strayed * (moved.x_m - anchor[i].x_m);
      moved.y_m = anchor[i].y_m + tube_m / strayed * (moved.y_m - anchor[i].y_m);
    }
    next[i] = moved;
  }
  line = std::move(next);
}

Points gaussian(const Points& points, double sigma_points) {
  const auto reach = static_cast<int>(std::ceil(3 * sigma_points));
  const auto n = static_cast<int>(points.size());
  Points result(points.size());
  for (int i = 0; i < n; ++i) {
    Point sum;
    double weights = 0;
    for (int k = -reach; k <= reach; ++k) {
      const double weight = std::exp(-0.5 * k * k / (sigma_points * sigma_points));
      const Point& p = points[static_cast<std::size_t>(((i + k) % n + n) % n)];
      sum.x_m += weight * p.x_m, sum.y_m += weight * p.y_m;
      weights += weight;
    }
    result[static_cast<std::size_t>(i)] = {sum.x_m / weights, sum.y_m / weights};
  }
  return result;
}

}  // namespace

Result<SmoothedLap> smooth_lap(const std::vector<Point>& positions) {
  PITLANE_TRY(Points points, without_repeats(positions));
  PITLANE_TRY(points, one_lap(std::move(points)));
  SmoothedLap lap;
  lap.raw_length_m = closed_length(points);
  lap.grid_m = grid_size(points);
  const Points staircase = evenly_spaced(points, kSpacing_m);
  const double pixel_points = std::max(1.0, lap.grid_m / kSpacing_m);
  // The staircase's own points zigzag about the tube's middle; a light blur finds it.
  const Points anchor = gaussian(staircase, 1.2 * pixel_points);
  Points line = anchor;
  const double tube_m = std::clamp(0.55 * lap.grid_m, 0.02, 0.5);
  constexpr int kSteps = 3000;  // straightens waves up to about 25 points = 6 m long
  for (int step = 0; step < kSteps; ++step) relax(anchor, tube_m, line);
  line = gaussian(line, 1.5);
  lap.points = evenly_spaced(line, 0.5);
  lap.length_m = closed_length(line);
  return lap;
}

}  // namespace pitlane
