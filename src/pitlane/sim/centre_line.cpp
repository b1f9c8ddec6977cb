#include "pitlane/sim/centre_line.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <span>
#include <utility>

#include "pitlane/sim/car.h"
#include "pitlane/sim/number_text.h"
#include "pitlane/sim/road_width.h"

namespace pitlane {
namespace {

using Point = ReferenceLine::Point;

double distance(const Point& a, const Point& b) { return std::hypot(b.x_m - a.x_m, b.y_m - a.y_m); }

// Even spacing: how many points a closed line of this length gets.
Result<std::size_t> point_count(double length_m) {
  if (!(length_m <= kLongestCircuit_m))
    return invalid_argument("is " + number_text(length_m) + " m long; the limit is " + number_text(kLongestCircuit_m) +
                            " m (are the coordinates metres?)");
  if (length_m < 10) return invalid_argument("is only " + number_text(length_m) + " m long; at least 10 m are needed");
  return static_cast<std::size_t>(std::ceil(length_m / kLargestSpacing_m));
}

Point catmull_rom(const std::array<Point, 4>& p, double t) {
  const auto blend = [t](double a, double b, double c, double d) {
    return b + 0.5 * t * ((c - a) + t * ((2 * a - 5 * b + 4 * c - d) + t * (3 * (b - c) + d - a)));
  };
  return {blend(p[0].x_m, p[1].x_m, p[2].x_m, p[3].x_m), blend(p[0].y_m, p[1].y_m, p[2].y_m, p[3].y_m)};
}

Status check_gaps(const std::vector<Point>& points) {
  constexpr double kLargestGap_m = 10;
  for (std::size_t i = 0; i < points.size(); ++i) {
    const std::size_t next = (i + 1) % points.size();
    const double gap_m = distance(points[i], points[next]);
    if (gap_m < 1e-6)
      return invalid_argument("reference points " + std::to_string(i + 1) + " and " + std::to_string(next + 1) +
                              " are the same; remove one");
    if (gap_m <= kLargestGap_m) continue;
    const std::string text = number_text(gap_m) + " m; the limit is " + number_text(kLargestGap_m) + " m";
    if (next == 0) return invalid_argument("is open: from its last reference point to its first are " + text);
    return invalid_argument("from reference point " + std::to_string(i + 1) + " to " + std::to_string(next + 1) +
                            " are " + text);
  }
  return {};
}

Status check_tapers(const std::vector<Point>& points) {
  const auto name = [](std::size_t index) { return "reference point " + std::to_string(index + 1); };
  for (std::size_t i = 0; i < points.size(); ++i) {
    const std::size_t next = (i + 1) % points.size();
    PITLANE_TRY_STATUS(
        check_taper(name(i), name(next), points[i].width_m, points[next].width_m, distance(points[i], points[next])));
  }
  return {};
}

// Widths along a span of the curve, from its first point's to that of `end`, the first of the next span: in proportion
// to the way, however unevenly its points lie.
void widen_evenly(std::span<Point> span, double from_m, const Point& end) {
  std::vector<double> way_m{0};
  for (std::size_t i = 0; i < span.size(); ++i)
    way_m.push_back(way_m.back() + distance(span[i], i + 1 < span.size() ? span[i + 1] : end));
  for (std::size_t i = 0; i < span.size(); ++i)
    span[i].width_m = from_m + way_m[i] / way_m.back() * (end.width_m - from_m);
}

// Evenly spaced points on a closed polyline with one waypoint index per vertex.
Result<CentreLine> resample(const std::vector<Point>& vertices, const std::vector<int>& waypoint) {
  std::vector<double> arc_m{0};
  for (std::size_t i = 0; i < vertices.size(); ++i)
    arc_m.push_back(arc_m.back() + distance(vertices[i], vertices[(i + 1) % vertices.size()]));
  PITLANE_TRY(const std::size_t count, point_count(arc_m.back()));
  CentreLine line;
  line.length_m = arc_m.back();
  std::size_t vertex = 0;
  for (std::size_t k = 0; k < count; ++k) {
    const double s = line.length_m * static_cast<double>(k) / static_cast<double>(count);
    while (vertex + 1 < vertices.size() && arc_m[vertex + 1] <= s) ++vertex;
    const Point& a = vertices[vertex];
    const Point& b = vertices[(vertex + 1) % vertices.size()];
    const double t = (s - arc_m[vertex]) / (arc_m[vertex + 1] - arc_m[vertex]);
    line.points.push_back(
        {a.x_m + t * (b.x_m - a.x_m), a.y_m + t * (b.y_m - a.y_m), a.width_m + t * (b.width_m - a.width_m)});
    line.waypoint.push_back(waypoint[vertex]);
  }
  return line;
}

}  // namespace

Result<CentreLine> sample_pieces(const std::vector<PathPiece>& pieces) {
  CentreLine line;
  double sharpest_1pm = 0;
  for (const PathPiece& piece : pieces) {
    line.length_m += piece.length_m;
    // Where a waypoint lies on a straight, rounding may leave an arc of no length.
    if (piece.length_m > 1e-6) sharpest_1pm = std::max(sharpest_1pm, std::abs(piece.curvature_1pm));
  }
  line.smallest_radius_m = 1 / sharpest_1pm;
  PITLANE_TRY(const std::size_t count, point_count(line.length_m));
  // Arc 0 is where the first waypoint's arc has ended.
  const double skipped_m = pieces.front().curvature_1pm != 0 ? pieces.front().length_m : 0;
  std::size_t piece = skipped_m > 0 ? 1 : 0;
  double piece_start_m = 0;
  for (std::size_t k = 0; k < count; ++k) {
    const double s = line.length_m * static_cast<double>(k) / static_cast<double>(count);
    while (s - piece_start_m >= pieces[piece].length_m && s > 0) {
      piece_start_m += pieces[piece].length_m;
      piece = (piece + 1) % pieces.size();
    }
    const PathPiece& here = pieces[piece];
    const double along_m = s - piece_start_m;
    const Pose pose = move_on_arc(here.start, {1, here.curvature_1pm}, along_m);
    line.points.push_back(
        {pose.x_m, pose.y_m, here.width_m + along_m / here.length_m * (here.end_width_m - here.width_m)});
    line.waypoint.push_back(here.waypoint);
  }
  return line;
}

Result<CentreLine> sample_reference(const std::vector<Point>& reference) {
  const std::size_t n = reference.size();
  if (n < 8) return invalid_argument("has " + std::to_string(n) + " reference points; at least 8 are needed");
  PITLANE_TRY_STATUS(check_gaps(reference));
  PITLANE_TRY_STATUS(check_tapers(reference));
  constexpr int kSteps = 16;  // dense enough that chords replace the curve: below 1 mm on a 2 m radius
  std::vector<Point> dense;
  std::vector<int> waypoint;
  for (std::size_t i = 0; i < n; ++i) {
    const std::array<Point, 4> p{reference[(i + n - 1) % n], reference[i], reference[(i + 1) % n],
                                 reference[(i + 2) % n]};
    for (int step = 0; step < kSteps; ++step) {
      const double t = static_cast<double>(step) / kSteps;
      dense.push_back(catmull_rom(p, t));
      waypoint.push_back(static_cast<int>(i));
    }
    widen_evenly(std::span(dense).last(kSteps), p[1].width_m, p[2]);
  }
  return resample(dense, waypoint);
}

CentreLine start_at(CentreLine line, double start_m) {
  const auto count = static_cast<double>(line.points.size());
  const double turns = start_m / line.length_m;
  const auto shift = static_cast<std::ptrdiff_t>((turns - std::floor(turns)) * count) %
                     static_cast<std::ptrdiff_t>(line.points.size());
  std::rotate(line.points.begin(), line.points.begin() + shift, line.points.end());
  std::rotate(line.waypoint.begin(), line.waypoint.begin() + shift, line.waypoint.end());
  return line;
}

std::vector<double> curvature(const std::vector<Point>& closed, double length_m, double window_m) {
  const std::size_t n = closed.size();
  const double step_m = length_m / static_cast<double>(n);
  const auto half = std::max<std::size_t>(1, static_cast<std::size_t>(std::lround(window_m / 2 / step_m)));
  std::vector<double> turn(n);  // of the line at each point
  for (std::size_t i = 0; i < n; ++i) {
    const Point &a = closed[(i + n - 1) % n], &b = closed[i], &c = closed[(i + 1) % n];
    turn[i] = wrap_angle(std::atan2(c.y_m - b.y_m, c.x_m - b.x_m) - std::atan2(b.y_m - a.y_m, b.x_m - a.x_m));
  }
  std::vector<double> result(n);
  for (std::size_t i = 0; i < n; ++i) {
    double sum = 0;
    for (std::size_t k = 0; k <= 2 * half; ++k) {
      const double share = k == 0 || k == 2 * half ? 0.5 : 1;  // the window's ends cut a point's turn in half
      sum += share * turn[(i + n + k - half) % n];
    }
    result[i] = sum / (2 * static_cast<double>(half) * step_m);
  }
  return result;
}

}  // namespace pitlane
