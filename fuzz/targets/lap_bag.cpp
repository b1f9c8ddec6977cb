// A lap in a ROS 1 bag.
#include <cmath>
#include <numbers>

#include "fuzz/bag_bytes.h"
#include "fuzz/target.h"
#include "pitlane/sim/lap_import.h"

namespace pitlane::fuzz {

void run(Bytes input) {
  static const Scratch scratch;
  const auto lap = import_lap(scratch.put("lap.bag", input), "lap");
  if (!lap) return check_error(lap.error());
  PITLANE_CHECK(lap->positions >= 20 && lap->length_m > 0 && std::isfinite(lap->raw_length_m));
  PITLANE_CHECK(Circuit::create(lap->definition).ok());
}

void add_seeds(Seeds& seeds) {
  std::vector<BagRecord> messages;
  constexpr int kPoints = 30;
  for (int i = 0; i < kPoints; ++i) {
    const double angle = 2 * std::numbers::pi * i / kPoints;
    messages.push_back({0, odometry_bytes(8 * std::cos(angle), 6 * std::sin(angle))});
  }
  const BagTopic odometry{"/odom", "nav_msgs/Odometry", "cd5e73d190d741a2f92e81eda573aca7", "Header header\n"};
  seeds.add("lap.bag", bag_bytes({odometry}, messages));
  seeds.add("empty.bag", bag_bytes({odometry}, {}));
  const BagTopic chat{"/chat", "std_msgs/String", "992ce8a1687cec8c8bd883ec73ca41d1", "string data\n"};
  seeds.add("other-type.bag", bag_bytes({chat}, {{0, std::string("\x02\0\0\0hi", 6)}}));
}

}  // namespace pitlane::fuzz
