// The car's motion: a planar mover (unicycle) that turns and drives at once, as the simulated F1 car does.
#pragma once

#include <cmath>

#include "pitlane/driver/observation.h"
#include "pitlane/measure/world.h"

namespace pitlane {

/// Where `from` gets to in `seconds` under a constant command: exactly, on an arc of radius v / w, or on a
/// straight when w is 0. The chord of an arc that turns by 2h is v t sin(h) / h long and points along yaw + h.
inline Pose move_on_arc(const Pose& from, const Command& command, double seconds) {
  const double half_turn = 0.5 * command.w_radps * seconds;
  // sin(h)/h by its series where the quotient would lose digits; the next term is below 1e-18.
  const double sinc = std::abs(half_turn) < 1e-4 ? 1 - half_turn * half_turn / 6 : std::sin(half_turn) / half_turn;
  const double chord = command.v_mps * seconds * sinc;
  return {from.x_m + chord * std::cos(from.yaw_rad + half_turn), from.y_m + chord * std::sin(from.yaw_rad + half_turn),
          from.yaw_rad + 2 * half_turn};
}

/// To -pi..pi.
inline double wrap_angle(double radians) { return std::remainder(radians, 2 * 3.14159265358979323846); }

}  // namespace pitlane
