// With librosbag. The only file that includes it.
#include <ros/serialization.h>
#include <rosbag/bag.h>
#include <rosbag/view.h>

#include <exception>
#include <set>
#include <system_error>

#include "pitlane/core/file.h"
#include "pitlane/sim/bag_reader.h"
#include "pitlane/sim/odometry_message.h"

namespace pitlane {
namespace {

constexpr const char* kType = "nav_msgs/Odometry";
constexpr std::uint32_t kMostMessages = 1'000'000;
constexpr std::uint32_t kLargestMessage = 1U << 20;

Result<std::string> choose_topic(rosbag::View& view, const std::string& wanted) {
  std::set<std::string> topics;
  for (const rosbag::ConnectionInfo* connection : view.getConnections())
    if (connection->datatype == kType) topics.insert(connection->topic);
  if (topics.empty()) return invalid_argument(std::string("holds no ") + kType + " messages");
  std::string names;
  for (const std::string& name : topics) names += (names.empty() ? "" : ", ") + name;
  if (!wanted.empty() && topics.count(wanted) == 0)
    return not_found("has no odometry on topic '" + wanted + "'; there is " + names);
  if (wanted.empty() && topics.size() > 1) return invalid_argument("has several odometry topics; name one of " + names);
  return wanted.empty() ? *topics.begin() : wanted;
}

Result<BagPositions> read(const std::string& path, const std::string& wanted) {
  rosbag::Bag bag;
  bag.open(path, rosbag::bagmode::Read);
  rosbag::View all(bag);
  BagPositions positions;
  PITLANE_TRY(positions.topic, choose_topic(all, wanted));
  rosbag::View view(bag, rosbag::TopicQuery(positions.topic));
  if (view.size() > kMostMessages) return invalid_argument("has more than a million messages; cut one lap out of it");
  std::vector<std::byte> bytes;
  for (const rosbag::MessageInstance& message : view) {
    if (message.getDataType() != kType) continue;
    const std::uint32_t size = message.size();
    if (size > kLargestMessage) return corrupt("has an odometry message of " + std::to_string(size) + " bytes");
    bytes.resize(size);
    ros::serialization::OStream stream(reinterpret_cast<std::uint8_t*>(bytes.data()), size);
    message.write(stream);
    const auto position = odometry_position(bytes);
    if (!position) return corrupt("odometry message " + std::to_string(positions.points.size() + 1) + " is too short");
    positions.points.push_back(*position);
  }
  return positions;
}

}  // namespace

Result<BagPositions> read_bag_positions(const std::filesystem::path& bag, const std::string& topic) {
  std::error_code error;
  if (!std::filesystem::exists(bag, error)) return not_found(bag.string() + ": there is no such file");
  PITLANE_TRY_STATUS(check_regular_file(bag));
  try {
    auto positions = read(bag.string(), topic);
    if (!positions) return positions.error().in(bag.string());
    return positions;
  } catch (const std::exception& e) {
    return corrupt(bag.string() + ": is no complete ROS 1 bag (" + e.what() +
                   "); copy it again, or run 'rosbag reindex'");
  }
}

}  // namespace pitlane
