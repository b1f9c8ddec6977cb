// Which topics of a bag are picture, command and speed.
#pragma once

#include <optional>
#include <string>

#include "pitlane/core/result.h"
#include "pitlane/data/bag_file.h"
#include "pitlane/data/recording.h"

namespace pitlane {

struct BagTopic {
  std::string topic, type;
};

struct BagTopics {
  BagTopic image;                 ///< sensor_msgs/Image or CompressedImage
  BagTopic command;               ///< geometry_msgs/Twist or TwistStamped
  std::optional<BagTopic> speed;  ///< nav_msgs/Odometry, where there is exactly one or one is named
};

/// Those that are named, else the only ones of their types. Errors: no pictures (a lap without a camera), no commands,
/// several that could be meant, a name that is not there.
Result<BagTopics> choose_topics(const BagFile& bag, const BagOptions& options);

}  // namespace pitlane
