#include "pitlane/measure/line_follower.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "pitlane/measure/episode.h"
#include "pitlane/sim/circuit_file.h"
#include "pitlane/sim/sim_world.h"

namespace pitlane {
namespace {

void expect_lap(const std::string& circuit, bool reverse) {
  SimOptions options;
  options.reverse = reverse;
  SimWorld world(make_track(find_circuit(circuit).value()), options);
  LineFollower follower = LineFollower::create().value();
  const auto result = run_episode(world, follower, {});
  ASSERT_TRUE(result.ok()) << result.error().message();
  EXPECT_TRUE(result->completed) << world.description() << ": " << to_string(result->end) << " after "
                                 << result->percentage_completed << " %";
  EXPECT_LT(result->deviation.mean, 0.5) << world.description();
}

TEST(LineFollower, LapsTheTightestCircuit) { expect_lap("tight", false); }

TEST(LineFollower, TakesTheRoadAheadWhereTheCircuitCrossesItself) {
  for (const bool reverse : {false, true}) expect_lap("figure-eight", reverse);
}

TEST(EveryCircuit, IsLappedByTheLineFollowerBothWays) {
  for (const std::string& name : list_circuits())
    for (const bool reverse : {false, true}) expect_lap(name, reverse);
}

TEST(LineFollower, SteersTowardsTheLineThatItSees) {
  const auto track = make_track(find_circuit("long-straight").value());
  SimWorld world(track, {});
  LineFollower follower = LineFollower::create().value();
  const auto steering = [&](double side_m) {
    world.place({0, 0, 0});
    const auto &a = world.reference_line().points[0], &b = world.reference_line().points[1];
    const double yaw = std::atan2(b.y_m - a.y_m, b.x_m - a.x_m);
    world.place({a.x_m - side_m * std::sin(yaw), a.y_m + side_m * std::cos(yaw), yaw});
    follower.reset();
    return follower.decide(world.observe().value()).value().w_radps;
  };
  EXPECT_LT(steering(0.5), -0.3) << "left of the line: to the right";
  EXPECT_GT(steering(-0.5), 0.3);
}

TEST(LineFollower, RefusesFramesOfAnotherSize) {
  LineFollower follower = LineFollower::create().value();
  const std::vector<std::uint8_t> pixels(std::size_t{3} * 320 * 240);
  const ImageView frame{pixels.data(), 320, 240, 960, PixelFormat::kRgb};
  EXPECT_THAT(follower.decide({{&frame, 1}, 0, 0, 0, 0}).error().message(), ::testing::HasSubstr("640x480"));
  EXPECT_FALSE(follower.decide({}).ok());
}

}  // namespace
}  // namespace pitlane
