// A circuit from the odometry of a lap in a ROS 1 bag, such as JdeRobot's "perfect laps".
#pragma once

#include <filesystem>
#include <string>

#include "pitlane/core/result.h"
#include "pitlane/sim/circuit.h"

namespace pitlane {

struct ImportedLap {
  CircuitDefinition definition;  ///< with `reference` points
  std::int64_t positions = 0;    ///< in the bag
  std::string topic;
  double raw_length_m = 0;  ///< along the positions as recorded, which climb pixel stairs
  double length_m = 0;      ///< along the smooth line; laps are scored against this one
};

/// Reads the positions of nav_msgs/Odometry messages; times and twists are ignored. Topic: the only one of that type,
/// else `topic` must name it. Errors: no bag, truncated, no odometry, a lap that does not close. The
/// definition has a road of its own default width, which may not fit a narrow lap: Circuit::create says so.
Result<ImportedLap> import_lap(const std::filesystem::path& bag, const std::string& name,
                               const std::string& topic = "");

}  // namespace pitlane
