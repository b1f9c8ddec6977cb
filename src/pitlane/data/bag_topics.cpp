#include "pitlane/data/bag_topics.h"

#include <algorithm>
#include <initializer_list>
#include <vector>

#include "pitlane/data/bad_rows.h"
#include "pitlane/data/ros_messages.h"

namespace pitlane {
namespace {

std::vector<BagTopic> topics_of(const BagFile& bag, std::initializer_list<const char*> types) {
  std::vector<BagTopic> out;
  for (const auto& [number, connection] : bag.connections()) {
    const bool wanted = std::ranges::find(types, connection.type) != types.end();
    // Each publisher of a topic has a connection of its own.
    const bool known = std::ranges::find(out, connection.topic, &BagTopic::topic) != out.end();
    if (wanted && !known) out.push_back({connection.topic, connection.type});
  }
  std::ranges::sort(out, {}, &BagTopic::topic);
  return out;
}

std::string listed(const std::vector<BagTopic>& topics) {
  constexpr std::size_t kMost = 12;
  std::string out;
  for (std::size_t i = 0; i < std::min(kMost, topics.size()); ++i)
    out += (i == 0 ? "" : ", ") + shown(topics[i].topic) + " (" + topics[i].type + ")";
  return out + (topics.size() > kMost ? ", ..." : "");
}

std::string everything(const BagFile& bag) {
  std::vector<BagTopic> all;
  for (const auto& [number, connection] : bag.connections())
    if (std::ranges::find(all, connection.topic, &BagTopic::topic) == all.end())
      all.push_back({connection.topic, connection.type});
  return all.empty() ? "nothing" : listed(all);
}

Result<BagTopic> choose(const std::vector<BagTopic>& candidates, const std::string& wanted, const std::string& what,
                        const std::string& flag) {
  if (!wanted.empty()) {
    const auto found = std::ranges::find(candidates, wanted, &BagTopic::topic);
    if (found == candidates.end())
      return not_found("has no " + what + " on topic " + shown(wanted) + "; there is " + listed(candidates));
    return *found;
  }
  if (candidates.size() > 1)
    return invalid_argument("has several topics of " + what + "; name one with " + flag + ": " + listed(candidates));
  return candidates.front();
}

}  // namespace

Result<BagTopics> choose_topics(const BagFile& bag, const BagOptions& options) {
  const auto images = topics_of(bag, {kImageType, kCompressedImageType});
  if (images.empty())
    return invalid_argument(
        "holds no pictures (sensor_msgs/Image or CompressedImage), so nothing can be learned from it or judged with "
        "it; it holds " +
        everything(bag) + "; a lap without pictures can become a circuit: pitlane circuit import");
  const auto commands = topics_of(bag, {kTwistType, kTwistStampedType});
  if (commands.empty())
    return invalid_argument("holds no commands (geometry_msgs/Twist or TwistStamped) beside its pictures; it holds " +
                            everything(bag));
  const auto speeds = topics_of(bag, {kOdometryType});
  BagTopics out;
  PITLANE_TRY(out.image, choose(images, options.image_topic, "pictures", "--image-topic"));
  PITLANE_TRY(out.command, choose(commands, options.command_topic, "commands", "--command-topic"));
  if (!options.speed_topic.empty() || speeds.size() == 1) {
    PITLANE_TRY(out.speed, choose(speeds, options.speed_topic, "odometry", "--speed-topic"));
  }
  return out;
}

}  // namespace pitlane
