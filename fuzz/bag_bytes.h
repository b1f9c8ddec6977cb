// Writes ROS 1 bags, format 2.0 (wiki.ros.org/Bags/Format/2.0): one chunk without compression.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace pitlane::fuzz {

struct BagTopic {
  std::string name, type, md5sum, definition;
};

struct BagRecord {
  std::uint32_t topic = 0;  ///< index
  std::string bytes;        ///< serialised already
};

/// Messages are a tenth of a second apart.
std::string bag_bytes(const std::vector<BagTopic>& topics, const std::vector<BagRecord>& messages);

/// A serialised nav_msgs/Odometry at this place.
std::string odometry_bytes(double x_m, double y_m);

}  // namespace pitlane::fuzz
