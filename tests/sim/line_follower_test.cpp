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

// A car that pulls to a side: proportional control alone stays beside the line by what makes up for the pull.
class PullsLeft : public Controller {
 public:
  explicit PullsLeft(double integral_per_s)
      : follower_(LineFollower::create({.integral_per_s = integral_per_s}).value()) {}
  void reset() override { follower_.reset(); }
  const FrameResizer* view() const override { return follower_.view(); }
  Result<Command> decide(const Observation& observation) override {
    PITLANE_TRY(Command command, follower_.decide(observation));
    command.w_radps += 0.1;
    return command;
  }

 private:
  LineFollower follower_;
};

TEST(LineFollower, TheIntegralTakesAwayASteadyPull) {
  const auto track = make_track(find_circuit("long-straight").value());
  const auto at_the_end_of_a_straight = [&](double integral_per_s) {
    SimOptions options;
    options.start_side_m = options.start_heading_rad = 0;
    options.variation = Variation::kNone;
    SimWorld world(track, options);
    PullsLeft car(integral_per_s);
    EpisodeOptions episode;
    episode.timeout_s = 10;
    return run_episode(world, car, episode).value().trajectory.back().deviation_m;
  };
  const double without = at_the_end_of_a_straight(0), with = at_the_end_of_a_straight(0.1);
  EXPECT_GT(without, 0.004) << "to the left, as it is pulled";
  EXPECT_LT(std::abs(with), std::abs(without) / 2);
}

TEST(LineFollower, TheIntegralGrowsWithTimeUpToItsLimit) {
  const auto track = make_track(find_circuit("long-straight").value());
  SimWorld world(track, {});
  const auto &a = world.reference_line().points[0], &b = world.reference_line().points[1];
  const double yaw = std::atan2(b.y_m - a.y_m, b.x_m - a.x_m);
  world.place({a.x_m + 0.3 * std::sin(yaw), a.y_m - 0.3 * std::cos(yaw), yaw});
  LineFollower with = LineFollower::create().value();
  LineFollower without = LineFollower::create({.integral_per_s = 0}).value();
  const LineFollowerOptions options;
  for (int i = 0; i < 40; ++i) {  // two seconds of one picture
    Observation seen = world.observe().value();
    seen.time_s = 0.05 * i;
    const Command p = without.decide(seen).value(), pi = with.decide(seen).value();
    const double bend = p.w_radps / p.v_mps;
    // The first pictures make the follower look farther ahead, so they have other bends.
    if (i < 5) continue;
    const double added = (pi.w_radps - p.w_radps) / p.v_mps;
    EXPECT_LE(added, options.largest_integral_1pm + 1e-12);
    EXPECT_NEAR(added, std::min(options.largest_integral_1pm, options.integral_per_s * bend * 0.05 * i), 0.006) << i;
  }
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
