// Where a serialised nav_msgs/Odometry says the vehicle is. Bytes from a file: every length is checked.
#pragma once

#include <cstddef>
#include <optional>
#include <span>

#include "pitlane/measure/world.h"

namespace pitlane {

/// Layout (little-endian): header {uint32 seq, uint32 sec, uint32 nsec, string frame}, string child_frame, then the
/// position as three float64; a string is a uint32 length and that many bytes. Empty where the message is too short.
std::optional<ReferenceLine::Point> odometry_position(std::span<const std::byte> message);

}  // namespace pitlane
