// A closed track: a line, the road around it, and what it looks like. File format: docs/formats/circuit.md.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "pitlane/core/result.h"
#include "pitlane/measure/world.h"
#include "pitlane/sim/fillet.h"

namespace pitlane {

struct Rgb {
  std::uint8_t r = 0, g = 0, b = 0;
  bool operator==(const Rgb&) const = default;
};

struct CircuitColours {
  Rgb line{196, 24, 22}, road{84, 84, 88}, verge{92, 112, 58}, grass{66, 116, 48}, sky{176, 190, 204};
  bool operator==(const CircuitColours&) const = default;
};

/// Upright, on both sides, this far from the line where the road is as wide as the circuit says; where a point has a
/// width of its own, as far from the road's edge as elsewhere.
struct Walls {
  double distance_m = 5, height_m = 0.8;
  Rgb colour{150, 146, 140};
  bool operator==(const Walls&) const = default;
};

/// What a circuit file says. Either `waypoints` or `reference` has content.
struct CircuitDefinition {
  std::string name, description;
  bool held_out = false;    ///< nobody trains or tunes on it
  double road_width_m = 3;  ///< where waypoints or reference points have no width of their own
  double line_width_m = 0.2, verge_width_m = 0.5;
  bool crossings = false;  ///< the road may cross itself, at kFlattestCrossing_rad or more
  double start_m = 0;      ///< along the line from the end of the first waypoint's arc, or from the first point
  CircuitColours colours;
  std::optional<Walls> walls;
  std::vector<Waypoint> waypoints;
  std::vector<ReferenceLine::Point> reference;  ///< points of a driven line, in order; interpolated smoothly
};

/// Of a circuit's road, anywhere: both are road_width_m where no point has a width of its own.
struct RoadWidths {
  double narrowest_m = 3, widest_m = 3;
  [[nodiscard]] bool vary() const { return narrowest_m != widest_m; }
};
RoadWidths road_widths(const CircuitDefinition& circuit);

/// From the line to the walls, which the definition has, where the road is `road_width_m` wide.
double wall_distance_m(const CircuitDefinition& circuit, double road_width_m);

/// Sharper corners than this the car cannot drive: 6.5 m/s (slowest) over 7.1 rad/s (fastest).
inline constexpr double kSmallestRadius_m = 6.5 / 7.1;

/// Names stand in tables, file names and lists separated by commas: at most 80 bytes of UTF-8 without commas and
/// without characters that a terminal would obey.
Status check_circuit_name(const std::string& name);

/// A checked definition with its line. Immutable.
class Circuit {
 public:
  /// Errors name the waypoint: not finite, too few, no room for an arc, sharper than the car can turn, the gap of
  /// an open line, road that overlaps itself (self_overlap.h) or changes its width too fast (road_width.h), sizes that
  /// make no sense or take too much memory, a name that check_circuit_name refuses.
  static Result<Circuit> create(CircuitDefinition definition);

  [[nodiscard]] const CircuitDefinition& definition() const { return definition_; }
  [[nodiscard]] const std::string& name() const { return definition_.name; }
  /// Evenly spaced, at most 0.25 m apart, from the start, forwards. With widths where any point has its own.
  [[nodiscard]] const std::vector<ReferenceLine::Point>& centre_line() const { return centre_line_; }
  /// Of the line, with exact arcs where the definition has them.
  [[nodiscard]] double length_m() const { return length_m_; }
  /// The smallest radius on the line (of a waypoint's arc; measured over 1 m for reference points).
  [[nodiscard]] double smallest_radius_m() const { return smallest_radius_m_; }
  /// Reversed: the same start, driven the other way round.
  [[nodiscard]] ReferenceLine reference_line(bool reverse) const;

 private:
  CircuitDefinition definition_;
  std::vector<ReferenceLine::Point> centre_line_;
  double length_m_ = 0;
  double smallest_radius_m_ = 0;
};

}  // namespace pitlane
