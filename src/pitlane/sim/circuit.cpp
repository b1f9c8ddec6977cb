#include "pitlane/sim/circuit.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "pitlane/sim/centre_line.h"
#include "pitlane/sim/number_text.h"
#include "pitlane/sim/road_width.h"
#include "pitlane/sim/self_overlap.h"
#include "pitlane/sim/track.h"

namespace pitlane {
namespace {

constexpr double kLargestCoordinate_m = 100'000;

Status check_size(const char* what, double value, double low, double high) {
  if (std::isfinite(value) && value >= low && value <= high) return {};
  return invalid_argument(std::string(what) + " is " + number_text(value) + "; it must be within " + number_text(low) +
                          ".." + number_text(high) + " m");
}

Status check_sizes(const CircuitDefinition& d) {
  PITLANE_TRY_STATUS(check_size("road_width_m", d.road_width_m, kNarrowestRoad_m, kWidestRoad_m));
  PITLANE_TRY_STATUS(check_size("line_width_m", d.line_width_m, 0.02, d.road_width_m));
  PITLANE_TRY_STATUS(check_size("verge_width_m", d.verge_width_m, 0, 10));
  PITLANE_TRY_STATUS(check_size("start_m", d.start_m, -kLongestCircuit_m, kLongestCircuit_m));
  if (!d.walls) return {};
  PITLANE_TRY_STATUS(check_size("walls.distance_m", d.walls->distance_m, d.road_width_m / 2, 15));
  return check_size("walls.height_m", d.walls->height_m, 0.05, 10);
}

Status check_coordinates(const std::string& what, double x, double y) {
  if (!std::isfinite(x) || !std::isfinite(y)) return invalid_argument(what + " is not finite");
  if (std::max(std::abs(x), std::abs(y)) > kLargestCoordinate_m)
    return invalid_argument(what + " is farther than " + number_text(kLargestCoordinate_m, 6) + " m from the origin");
  return {};
}

// Of waypoints or reference points that have one; the painted line lies on the road.
template <typename Points>
Status check_widths(const Points& points, const char* what, double line_width_m) {
  for (std::size_t i = 0; i < points.size(); ++i) {
    if (points[i].width_m == 0) continue;
    const std::string name = "the road width of " + std::string(what) + " " + std::to_string(i + 1);
    PITLANE_TRY_STATUS(
        check_size(name.c_str(), points[i].width_m, std::max(kNarrowestRoad_m, line_width_m), kWidestRoad_m));
  }
  return {};
}

// Where any point has a width of its own, the others get the circuit's.
template <typename Points>
Points with_widths(Points points, double road_width_m) {
  if (std::all_of(points.begin(), points.end(), [](const auto& p) { return p.width_m == 0; })) return points;
  for (auto& point : points)
    if (point.width_m == 0) point.width_m = road_width_m;
  return points;
}

Status check_waypoints(const std::vector<Waypoint>& waypoints) {
  for (std::size_t i = 0; i < waypoints.size(); ++i) {
    const std::string name = "waypoint " + std::to_string(i + 1);
    PITLANE_TRY_STATUS(check_coordinates(name, waypoints[i].x_m, waypoints[i].y_m));
    const double radius = waypoints[i].radius_m;
    if (!std::isfinite(radius)) return invalid_argument(name + " has a radius that is not finite");
    if (radius < kSmallestRadius_m)
      return invalid_argument(name + " has a radius of " + number_text(radius) +
                              " m; the car cannot turn sharper than " + number_text(kSmallestRadius_m, 2) + " m");
  }
  return {};
}

Status check_reference(const std::vector<ReferenceLine::Point>& reference) {
  for (std::size_t i = 0; i < reference.size(); ++i)
    PITLANE_TRY_STATUS(
        check_coordinates("reference point " + std::to_string(i + 1), reference[i].x_m, reference[i].y_m));
  return {};
}

// "waypoint 3"
std::string place(const CentreLine& line, std::size_t point, bool reference) {
  return (reference ? "reference point " : "waypoint ") + std::to_string(line.waypoint[point] + 1);
}

// "the road after waypoint 3 meets the road after waypoint 7 near (12.5, -3)"
std::string meeting(const CentreLine& line, std::size_t first, const char* meets, std::size_t second, bool reference) {
  return "the road after " + place(line, first, reference) + " " + meets + " the road after " +
         place(line, second, reference) + " near (" + number_text(line.points[first].x_m) + ", " +
         number_text(line.points[first].y_m) + ")";
}

// Roads that run into each other all but straight meet at an angle of which rounding leaves 1e-12.
std::string degrees_text(double radians) {
  const double degrees = radians * 180 / std::numbers::pi;
  return number_text(std::abs(degrees) < 0.01 ? 0 : degrees, 3) + " degrees";
}

Status check_crossing(const CircuitDefinition& definition, const CentreLine& line, const Crossing& crossing) {
  const std::string where = meeting(line, crossing.first, "crosses", crossing.second, definition.waypoints.empty());
  if (crossing.angle_rad < kFlattestCrossing_rad)
    return invalid_argument("overlaps itself: " + where + " at " + degrees_text(crossing.angle_rad) +
                            "; move them apart, or let them cross at " + degrees_text(kFlattestCrossing_rad) +
                            " or more");
  if (definition.crossings) return {};
  return invalid_argument("overlaps itself: " + where +
                          "; move them apart, or write 'crossings: true' where the road is meant to cross");
}

// "3", or "3 and 4.5" where it is not equally wide at both places.
std::string widths_text(const CircuitDefinition& definition, const ReferenceLine::Point& first,
                        const ReferenceLine::Point& second) {
  if (first.width_m == 0) return number_text(definition.road_width_m);
  const std::string one = number_text(first.width_m, 3), other = number_text(second.width_m, 3);
  return one == other ? one : one + " and " + other;
}

// A crossing is declared and steep; nothing else may cover the same ground twice.
Status check_overlap(const CircuitDefinition& definition, const CentreLine& line) {
  const SelfOverlap overlap = find_self_overlap(line, definition.road_width_m);
  for (const Crossing& crossing : overlap.crossings) PITLANE_TRY_STATUS(check_crossing(definition, line, crossing));
  if (!overlap.beside) return {};
  const auto& [first, second, distance_m] = *overlap.beside;
  return invalid_argument(
      "overlaps itself: " + meeting(line, first, "runs beside", second, definition.waypoints.empty()) + ", " +
      number_text(distance_m, 2) + " m from line to line where the road is " +
      widths_text(definition, line.points[first], line.points[second]) +
      " m wide; move them apart, or make the road narrower");
}

// The table that the camera paints from takes about 1 kB per square metre; a narrow circuit may have the full length.
Status check_area(const CircuitDefinition& definition, double length_m) {
  constexpr double kLargest_m2 = 400'000;
  const RoadWidths widths = road_widths(definition);
  const double reach_m = field_band_m(definition) + (widths.widest_m - widths.narrowest_m) / 2;
  if (2 * reach_m * length_m <= kLargest_m2) return {};
  return invalid_argument("is " + number_text(length_m) + " m long and " + number_text(2 * reach_m) +
                          " m wide with verges and walls; at this width " + number_text(kLargest_m2 / 2 / reach_m) +
                          " m are the limit: shorten it, or make " + (widths.vary() ? "its widths" : "road_width_m") +
                          ", verge_width_m or walls.distance_m smaller");
}

Result<CentreLine> sample(const CircuitDefinition& definition) {
  if (definition.waypoints.empty()) {
    PITLANE_TRY_STATUS(check_reference(definition.reference));
    PITLANE_TRY_STATUS(check_widths(definition.reference, "reference point", definition.line_width_m));
    return sample_reference(with_widths(definition.reference, definition.road_width_m));
  }
  PITLANE_TRY_STATUS(check_waypoints(definition.waypoints));
  PITLANE_TRY_STATUS(check_widths(definition.waypoints, "waypoint", definition.line_width_m));
  PITLANE_TRY(const std::vector<PathPiece> pieces,
              round_corners(with_widths(definition.waypoints, definition.road_width_m)));
  return sample_pieces(pieces);
}

// Tightest place of a line that was given by points; over 1 m, since points carry some noise.
Result<double> tightest_radius(const CentreLine& line) {
  const std::vector<double> all = curvature(line.points, line.length_m, 1.0);
  const auto sharpest =
      std::max_element(all.begin(), all.end(), [](double a, double b) { return std::abs(a) < std::abs(b); });
  const double radius = 1 / std::max(std::abs(*sharpest), 1e-9);
  if (radius >= kSmallestRadius_m) return radius;
  const auto where = static_cast<std::size_t>(sharpest - all.begin());
  return invalid_argument("near " + place(line, where, true) + " the radius is " + number_text(radius, 2) +
                          " m; the car cannot turn sharper than " + number_text(kSmallestRadius_m, 2) + " m");
}

}  // namespace

RoadWidths road_widths(const CircuitDefinition& circuit) {
  if (circuit.waypoints.empty() && circuit.reference.empty()) return {circuit.road_width_m, circuit.road_width_m};
  RoadWidths widths{kWidestRoad_m, 0};
  const auto see = [&](double own_m) {
    const double width_m = own_m == 0 ? circuit.road_width_m : own_m;
    widths = {std::min(widths.narrowest_m, width_m), std::max(widths.widest_m, width_m)};
  };
  for (const Waypoint& point : circuit.waypoints) see(point.width_m);
  for (const ReferenceLine::Point& point : circuit.reference) see(point.width_m);
  return widths;
}

double wall_distance_m(const CircuitDefinition& circuit, double road_width_m) {
  PITLANE_CHECK(circuit.walls.has_value());
  return circuit.walls->distance_m + (road_width_m - circuit.road_width_m) / 2;
}

Result<Circuit> Circuit::create(CircuitDefinition definition) {
  PITLANE_TRY_STATUS(check_circuit_name(definition.name));
  if (!definition.waypoints.empty() && !definition.reference.empty())
    return invalid_argument("has both waypoints and reference points; keep one");
  PITLANE_TRY_STATUS(check_sizes(definition));
  PITLANE_TRY(CentreLine line, sample(definition));
  PITLANE_TRY_STATUS(check_area(definition, line.length_m));
  PITLANE_TRY_STATUS(check_overlap(definition, line));
  Circuit circuit;
  if (definition.waypoints.empty()) {
    PITLANE_TRY(circuit.smallest_radius_m_, tightest_radius(line));
  } else {
    circuit.smallest_radius_m_ = line.smallest_radius_m;
  }
  line = start_at(std::move(line), definition.start_m);
  circuit.definition_ = std::move(definition);
  circuit.centre_line_ = std::move(line.points);
  circuit.length_m_ = line.length_m;
  return circuit;
}

ReferenceLine Circuit::reference_line(bool reverse) const {
  ReferenceLine line{.points = centre_line_, .road_width_m = definition_.road_width_m};
  if (definition_.walls) line.wall_distance_m = definition_.walls->distance_m;
  if (reverse) std::reverse(line.points.begin() + 1, line.points.end());
  return line;
}

}  // namespace pitlane
