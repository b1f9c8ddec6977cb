// Serialised ROS 1 messages that driving needs. Bytes from a file: every length is checked.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>

#include "pitlane/core/result.h"
#include "pitlane/data/frame_source.h"

namespace pitlane {

constexpr const char* kImageType = "sensor_msgs/Image";
constexpr const char* kCompressedImageType = "sensor_msgs/CompressedImage";
constexpr const char* kTwistType = "geometry_msgs/Twist";
constexpr const char* kTwistStampedType = "geometry_msgs/TwistStamped";
constexpr const char* kOdometryType = "nav_msgs/Odometry";

struct Twist {
  double forward_mps = 0;   ///< linear.x
  double sideways_mps = 0;  ///< linear.y
  double yaw_radps = 0;     ///< angular.z, positive turns left
};

struct Odometry {
  double x_m = 0, y_m = 0;
  Twist twist;
};

/// `type`: kTwistType or kTwistStampedType. Empty where the message is too short.
std::optional<Twist> parse_twist(std::span<const std::byte> message, const std::string& type);
std::optional<Odometry> parse_odometry(std::span<const std::byte> message);

/// `type`: kImageType, whose pixels are taken out of their rows, or kCompressedImageType, whose file is copied. Errors
/// are about the picture alone: too short, an encoding that is not rgb8, bgr8, rgba8, bgra8 or mono8, rows that do not
/// hold their pixels, sizes that are not believable.
Result<StoredFrame> parse_image(std::span<const std::byte> message, const std::string& type);

}  // namespace pitlane
