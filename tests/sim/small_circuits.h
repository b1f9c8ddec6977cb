// Circuits whose geometry is known on paper.
#pragma once

#include <algorithm>
#include <cmath>
#include <memory>
#include <numbers>
#include <stdexcept>

#include "pitlane/sim/circuit.h"
#include "pitlane/sim/track.h"

namespace pitlane {

/// Two straights of 30 m joined by half circles of `radius_m`, anticlockwise.
inline CircuitDefinition oval(double radius_m = 8) {
  CircuitDefinition d;
  d.name = "oval";
  const double r = radius_m;
  d.waypoints = {{0, 0, r}, {30 + 2 * r, 0, r}, {30 + 2 * r, 2 * r, r}, {0, 2 * r, r}};
  return d;
}
inline double oval_length_m(double radius_m = 8) { return 60 + 2 * std::numbers::pi * radius_m; }

inline Circuit make_circuit(const CircuitDefinition& definition) {
  auto circuit = Circuit::create(definition);
  if (!circuit) throw std::runtime_error(circuit.error().message());
  return *std::move(circuit);
}

/// oval() with a road that is 3 m wide up to x = 17 and 6 m from x = 24.5 on, as steep as it may be.
inline CircuitDefinition widening_oval() {
  CircuitDefinition d = oval();
  d.waypoints = {{0, 0, 8, 3},   {17, 0, 1, 3},    {24.5, 0, 1, 6}, {46, 0, 8, 6},
                 {46, 16, 8, 6}, {24.5, 16, 1, 6}, {17, 16, 1, 3},  {0, 16, 8, 3}};
  return d;
}
inline double widening_half_m(double x) { return 1.5 + 0.2 * (std::clamp(x, 17.0, 24.5) - 17); }
/// From a place this far from its line to the nearer edge of its road, negative on the road.
inline double from_widening_edge_m(double x, double away) {
  const auto from_piece = [&](double ax, double ay, double bx, double by) {
    const double dx = bx - ax, dy = by - ay;
    const double t = std::clamp(((x - ax) * dx + (away - ay) * dy) / (dx * dx + dy * dy), 0.0, 1.0);
    return std::hypot(x - ax - t * dx, away - ay - t * dy);
  };
  const double nearest =
      std::min({from_piece(-100, 1.5, 17, 1.5), from_piece(17, 1.5, 24.5, 3), from_piece(24.5, 3, 100, 3)});
  return away < widening_half_m(x) ? -nearest : nearest;
}

inline std::shared_ptr<const Track> oval_track() { return make_track(make_circuit(oval())); }

}  // namespace pitlane
