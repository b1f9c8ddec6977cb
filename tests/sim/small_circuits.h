// Circuits whose geometry is known on paper.
#pragma once

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

inline std::shared_ptr<const Track> oval_track() { return make_track(make_circuit(oval())); }

}  // namespace pitlane
