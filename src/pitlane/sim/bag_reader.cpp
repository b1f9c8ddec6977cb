#include "pitlane/sim/bag_reader.h"

#include <algorithm>
#include <set>

#include "pitlane/data/bag_file.h"
#include "pitlane/data/ros_messages.h"

namespace pitlane {
namespace {

constexpr std::size_t kMostMessages = 1'000'000;

Result<std::string> choose_topic(const BagFile& bag, const std::string& wanted) {
  std::set<std::string> topics;
  for (const auto& [number, connection] : bag.connections())
    if (connection.type == kOdometryType) topics.insert(connection.topic);
  if (topics.empty()) return invalid_argument(std::string("holds no ") + kOdometryType + " messages");
  std::string names;
  for (const std::string& name : topics) names += (names.empty() ? "" : ", ") + name;
  if (!wanted.empty() && topics.count(wanted) == 0)
    return not_found("has no odometry on topic '" + wanted + "'; there is " + names);
  if (wanted.empty() && topics.size() > 1) return invalid_argument("has several odometry topics; name one of " + names);
  return wanted.empty() ? *topics.begin() : wanted;
}

Result<BagPositions> read(const std::shared_ptr<const BagFile>& bag, const std::string& wanted) {
  BagPositions positions;
  PITLANE_TRY(positions.topic, choose_topic(*bag, wanted));
  const std::vector<BagMessage> messages = bag->messages(positions.topic, kOdometryType);
  if (messages.size() > kMostMessages)
    return invalid_argument("has more than a million messages; cut one lap out of it");
  BagReader reader(bag);
  for (const BagMessage& message : messages) {
    PITLANE_TRY(const auto bytes, reader.read(message));
    const auto odometry = parse_odometry(bytes);
    if (!odometry) return corrupt("odometry message " + std::to_string(positions.points.size() + 1) + " is too short");
    positions.points.push_back({odometry->x_m, odometry->y_m});
  }
  return positions;
}

}  // namespace

Result<BagPositions> read_bag_positions(const std::filesystem::path& bag, const std::string& topic) {
  PITLANE_TRY(const auto file, BagFile::open(bag));
  auto positions = read(file, topic);
  if (!positions) return positions.error().in(bag.string());
  return positions;
}

}  // namespace pitlane
