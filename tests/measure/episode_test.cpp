#include "pitlane/measure/episode.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <limits>

#include "circle_world.h"

namespace pitlane {
namespace {

TEST(Episode, LapTimeOfACircleIsItsLengthOverTheSpeed) {
  CircleWorld world;
  Scripted controller = steady(8, 8 / kRadius_m);
  const EpisodeResult result = run(world, controller);
  EXPECT_TRUE(result.completed);
  EXPECT_EQ(result.end, EpisodeEnd::kCompleted);
  EXPECT_NEAR(result.lap_time_s, 2 * kPi * kRadius_m / 8, 1e-4) << "interpolated between camera frames";
  EXPECT_EQ(result.percentage_completed, 100);
  EXPECT_NEAR(result.average_speed_mps, 8, 0.01);
  EXPECT_LT(result.deviation.max, 1e-3);
  EXPECT_EQ(result.frames_skipped, 0);
  EXPECT_EQ(result.decide_s.size(), static_cast<std::size_t>(result.frames_used));
}

TEST(Episode, LatencyIsAddedToTheLapTimeOnce) {
  // The car stands until the first command acts.
  CircleWorld world;
  Scripted controller = steady(8, 8 / kRadius_m);
  EpisodeOptions options;
  options.laps = 3;
  options.latency = LatencyModel::fixed(0.06);
  const EpisodeResult result = run(world, controller, options);
  EXPECT_TRUE(result.completed);
  EXPECT_NEAR(result.lap_time_s, 2 * kPi * kRadius_m / 8 + 0.06 / 3, 1e-3);
}

TEST(Episode, DeviationOfAConstantOffsetIsThatOffset) {
  CircleWorld world;
  world.start = {kRadius_m - 0.4, 0, kPi / 2};
  Scripted controller = steady(8, 8 / (kRadius_m - 0.4));
  const EpisodeResult result = run(world, controller);
  EXPECT_NEAR(result.deviation.mean, 0.4, 1e-3);
  EXPECT_NEAR(result.deviation.rmse, 0.4, 1e-3);
  EXPECT_NEAR(result.deviation.p95, 0.4, 1e-3);
  EXPECT_GT(result.trajectory.front().deviation_m, 0) << "inside an anticlockwise circle is left";
  EXPECT_EQ(result.off_road_s, 0);
}

struct Timing {
  double latency_s;
  std::vector<double> observed_s, acted_s;  // the first ones
};
class EpisodeTiming : public ::testing::TestWithParam<Timing> {};

TEST_P(EpisodeTiming, FollowsTheMailbox) {
  CircleWorld world;
  Scripted controller = steady(8, 8 / kRadius_m);
  EpisodeOptions options;
  options.latency = LatencyModel::fixed(GetParam().latency_s);
  run(world, controller, options);
  for (std::size_t i = 0; i < GetParam().observed_s.size(); ++i)
    EXPECT_NEAR(world.observed.at(i), GetParam().observed_s[i], 1e-9) << "frame " << i;
  for (std::size_t i = 0; i < GetParam().acted_s.size(); ++i)
    EXPECT_NEAR(world.acted.at(i).time_s, GetParam().acted_s[i], 1e-9) << "command " << i;
}

INSTANTIATE_TEST_SUITE_P(
    Latencies, EpisodeTiming,
    ::testing::Values(Timing{0, {0, 0.05, 0.10}, {0, 0.05, 0.10}}, Timing{0.02, {0, 0.05, 0.10}, {0.02, 0.07, 0.12}},
                      // As long as the period: the command acts, the next frame is there, the next decision starts.
                      Timing{0.05, {0, 0.05, 0.10}, {0.05, 0.10, 0.15}},
                      // Frame 0.05 waits for 0.06; frame 0.10 waits for 0.12; 0.15 for 0.18; 0.20 for 0.24; at 0.30 the
                      // newest is 0.30.
                      Timing{0.06, {0, 0.05, 0.10, 0.15, 0.20, 0.30}, {0.06, 0.12, 0.18, 0.24, 0.30, 0.36}},
                      // At 0.12 the newest is 0.10; frame 0.05 is never looked at.
                      Timing{0.12, {0, 0.10, 0.20, 0.35}, {0.12, 0.24, 0.36, 0.48}}));

TEST(Episode, LongLatencyStillMovesTheCarAndSkipsFrames) {
  CircleWorld world;
  Scripted controller = steady(8, 8 / kRadius_m);
  EpisodeOptions options;
  options.latency = LatencyModel::fixed(0.5);
  const EpisodeResult result = run(world, controller, options);
  EXPECT_TRUE(result.completed);
  EXPECT_GT(result.frames_skipped, 8 * result.frames_used);
}

TEST(Episode, CommandsActInOrder) {
  CircleWorld world;
  int k = 0;
  Scripted controller([&k](const Observation&) -> Result<Command> { return Command{8 + 0.01 * k++, 8 / kRadius_m}; });
  EpisodeOptions options;
  options.latency = LatencyModel::fixed(0.06);
  options.timeout_s = 2;
  run(world, controller, options);
  for (std::size_t i = 0; i < world.acted.size(); ++i)
    EXPECT_DOUBLE_EQ(world.acted[i].command.v_mps, 8 + 0.01 * static_cast<double>(i));
}

TEST(Episode, EndsOffTheRoad) {
  CircleWorld world;
  Scripted controller = steady(10, 0);
  const EpisodeResult result = run(world, controller);
  EXPECT_EQ(result.end, EpisodeEnd::kOffRoad);
  EXPECT_FALSE(result.completed);
  // Along the tangent: 3 m outside after sqrt(23^2 - 20^2) = 11.4 m.
  EXPECT_NEAR(result.distance_m, 11.36, 0.6);
  EXPECT_GT(result.off_road_s, 0.2);
  EXPECT_EQ(result.lap_time_s, 0);
  EXPECT_GT(result.percentage_completed, 5);
  EXPECT_LT(result.percentage_completed, 12);
}

TEST(Episode, EndsStuckWhereTheCarStandsOrTurnsOnTheSpot) {
  CircleWorld world;
  Scripted still = steady(0, 0), spinning = steady(0, 3);
  EXPECT_EQ(run(world, still).end, EpisodeEnd::kStuck);
  const EpisodeResult result = run(world, spinning);
  EXPECT_EQ(result.end, EpisodeEnd::kStuck);
  EXPECT_NEAR(result.simulated_s, 5, 0.1);
}

TEST(Episode, EndsOnTheWrongWay) {
  CircleWorld world;
  world.start = {kRadius_m, 0, -kPi / 2};
  Scripted controller = steady(8, -8 / kRadius_m);
  const EpisodeResult result = run(world, controller);
  EXPECT_EQ(result.end, EpisodeEnd::kWrongWay);
  EXPECT_EQ(result.percentage_completed, 0);
}

TEST(Episode, EndsAtTheTimeout) {
  CircleWorld world;
  Scripted controller = steady(8, 8 / kRadius_m);
  EpisodeOptions options;
  options.timeout_s = 4;
  const EpisodeResult result = run(world, controller, options);
  EXPECT_EQ(result.end, EpisodeEnd::kTimeout);
  EXPECT_NEAR(result.simulated_s, 4, 0.051);
  EXPECT_NEAR(result.percentage_completed, 100 * 32 / (2 * kPi * kRadius_m), 0.5);
}

TEST(Episode, ControllerThatFailsOrTalksNonsenseEndsIt) {
  CircleWorld world;
  Scripted failing([](const Observation& o) -> Result<Command> {
    if (o.time_s > 0.9) return numeric_error("the network said NaN");
    return Command{8, 8 / kRadius_m};
  });
  const EpisodeResult failed = run(world, failing);
  EXPECT_EQ(failed.end, EpisodeEnd::kControllerFailed);
  EXPECT_EQ(failed.failure, "the network said NaN");
  EXPECT_NEAR(failed.simulated_s, 0.95, 0.06);
  Scripted nonsense = steady(std::numeric_limits<double>::quiet_NaN(), 0);
  EXPECT_EQ(run(world, nonsense).end, EpisodeEnd::kControllerFailed);
}

TEST(Episode, APerfectLapHasTheNumbersOfItsCircle) {
  CircleWorld world;
  Scripted controller = steady(8, 8 / kRadius_m);
  EpisodeOptions options;
  options.laps = 2;
  options.latency = LatencyModel::fixed(0.02);
  const EpisodeResult result = run(world, controller, options);
  EXPECT_NEAR(result.circuit_length_m, 2 * kPi * kRadius_m, 1e-3);
  EXPECT_DOUBLE_EQ(result.completed_distance_m, 2 * result.circuit_length_m);
  EXPECT_DOUBLE_EQ(result.effective_completed_distance_m, result.completed_distance_m);
  EXPECT_EQ(result.driving_score, 100);
  EXPECT_NEAR(result.speed_mps.min, 8, 1e-3);
  EXPECT_NEAR(result.speed_mps.max, 8, 1e-3);
  EXPECT_EQ(result.suddenness.v_mps, 0);
  EXPECT_NEAR(result.frame_age.mean_s, 0.02, 1e-9);
  EXPECT_NEAR(result.frame_age.max_s, 0.02, 1e-9);
  EXPECT_NEAR(result.decisions_hz, 20, 0.1);
  EXPECT_EQ(result.target_frequency_reached, 100);
  EXPECT_EQ(result.wrong_way_s + result.line_lost_s + result.off_road_s, 0);
}

TEST(Episode, AFrameAgesWhileItWaits) {
  CircleWorld world;
  Scripted controller = steady(8, 8 / kRadius_m);
  EpisodeOptions options;
  options.latency = LatencyModel::fixed(0.06);
  options.timeout_s = 0.2;  // commands at 0.06, 0.12 and 0.18 from frames of 0, 0.05 and 0.10
  const EpisodeResult result = run(world, controller, options);
  EXPECT_NEAR(result.frame_age.mean_s, 0.07, 1e-9);
  EXPECT_NEAR(result.frame_age.max_s, 0.08, 1e-9);
}

TEST(Episode, DistanceBesideTheRoadIsCompletedButNotEffective) {
  CircleWorld world;
  world.start = {kRadius_m + 2, 0, kPi / 2};  // half a metre outside the road
  Scripted controller = steady(8, 8 / (kRadius_m + 2));
  const EpisodeResult result = run(world, controller);
  EXPECT_TRUE(result.completed);
  EXPECT_EQ(result.effective_completed_distance_m, 0);
  EXPECT_EQ(result.driving_score, 0);
  EXPECT_NEAR(result.off_road_s, result.simulated_s, 0.06);
}

// Points of the line are checkpoints: passed within 5 m, in order.
TEST(Episode, WhatIsPassedMoreThanFiveMetresAwayDoesNotCount) {
  EpisodeOptions options;
  options.off_road_limit_m = 50;
  options.timeout_s = 40;
  const auto at = [&](double outside_m) {
    CircleWorld world;
    world.start = {kRadius_m + outside_m, 0, kPi / 2};
    Scripted controller = steady(8, 8 / (kRadius_m + outside_m));
    return run(world, controller, options);
  };
  const EpisodeResult near = at(4.99), far = at(5.01);
  EXPECT_TRUE(near.completed);
  EXPECT_EQ(near.percentage_completed, 100);
  EXPECT_FALSE(far.completed) << "round and round, and never there";
  EXPECT_EQ(far.completed_distance_m, 0);
  EXPECT_EQ(far.end, EpisodeEnd::kTimeout);
  EXPECT_EQ(far.lap_time_s, 0);
}

TEST(Episode, AStretchThatWasLeftOutIsNotMadeUpForByComingBackLater) {
  // A quarter on the line, the next one 10 m outside, then on the line again.
  CircleWorld world;
  const double out = kRadius_m + 10;
  Scripted controller([&](const Observation&) -> Result<Command> {
    const Pose pose = world.pose();
    const double angle = std::atan2(pose.y_m, pose.x_m), radius = std::hypot(pose.x_m, pose.y_m);
    const double wanted = angle > kPi / 2 ? out : kRadius_m;
    const double heading = angle + kPi / 2 - std::clamp(wanted - radius, -1.0, 1.0) * 0.8;
    return Command{8, 8 / radius + 4 * std::remainder(heading - pose.yaw_rad, 2 * kPi)};
  });
  EpisodeOptions options;
  options.off_road_limit_m = 50;
  options.timeout_s = 60;
  const EpisodeResult result = run(world, controller, options);
  EXPECT_FALSE(result.completed);
  EXPECT_EQ(result.end, EpisodeEnd::kTimeout);
  // From the quarter on it drifts outwards at 0.7 m a metre; 5 m are reached within some 10 m.
  EXPECT_GT(result.completed_distance_m, kPi / 2 * kRadius_m);
  EXPECT_LT(result.completed_distance_m, kPi / 2 * kRadius_m + 12);
}

TEST(Episode, EndsAtAWall) {
  CircleWorld world;
  world.build_walls(2);
  Scripted controller = steady(10, 0);
  const EpisodeResult result = run(world, controller);
  EXPECT_EQ(result.end, EpisodeEnd::kCollision);
  EXPECT_EQ(result.collisions, 1);
  EXPECT_GE(result.deviation.max, 2 - kCarHalfWidth_m);
  EXPECT_LT(result.deviation.max, 2.3);
  EXPECT_NEAR(result.driving_score,
              0.65 * result.percentage_completed * result.effective_completed_distance_m / result.completed_distance_m,
              1e-9);
}

TEST(Episode, AWallBeyondTheLimitIsReachedWithALargerOne) {
  CircleWorld world;
  world.build_walls(4.5);
  Scripted controller = steady(10, 0);
  EXPECT_EQ(run(world, controller).end, EpisodeEnd::kOffRoad);
  EpisodeOptions options;
  options.off_road_limit_m = 5;
  const EpisodeResult result = run(world, controller, options);
  EXPECT_EQ(result.end, EpisodeEnd::kCollision);
  EXPECT_EQ(result.collisions, 1);
  EXPECT_GE(result.deviation.max, 4.5 - kCarHalfWidth_m);
}

TEST(Episode, CountsTimeTurnedTheWrongWay) {
  CircleWorld world;
  world.start.yaw_rad = -kPi / 2;
  Scripted controller([](const Observation& o) -> Result<Command> { return Command{0, o.time_s < 2 ? kPi / 2 : 0}; });
  const EpisodeResult result = run(world, controller);
  EXPECT_NEAR(result.wrong_way_s, 1, 0.06) << "180 degrees off, turning by 90 degrees a second";
}

TEST(Episode, IsDeterministic) {
  CircleWorld world;
  EpisodeOptions options;
  options.latency = *LatencyModel::measured({0.01, 0.03, 0.08, 0.2});
  options.seed = 11;
  const auto drive = [&] {
    Scripted controller = steady(9, 9 / kRadius_m);
    return run(world, controller, options);
  };
  const EpisodeResult a = drive(), b = drive();
  options.seed = 12;
  const EpisodeResult c = drive();
  EXPECT_EQ(a.lap_time_s, b.lap_time_s);
  EXPECT_EQ(a.deviation.mean, b.deviation.mean);
  EXPECT_EQ(a.frames_used, b.frames_used);
  EXPECT_NE(a.frames_used, c.frames_used);
}

TEST(Episode, RefusesSenselessOptions) {
  CircleWorld world;
  Scripted controller = steady(8, 0);
  EpisodeOptions options;
  options.laps = 0;
  EXPECT_THAT(run_episode(world, controller, options).error().message(), ::testing::HasSubstr("at least 1 lap"));
  options = {};
  options.timeout_s = std::numeric_limits<double>::infinity();
  EXPECT_THAT(run_episode(world, controller, options).error().message(), ::testing::HasSubstr("timeout"));
}

TEST(Episode, TellsHowFarItIsAndStopsWhenAsked) {
  CircleWorld world;
  Scripted controller = steady(8, 8 / kRadius_m);
  EpisodeOptions options;
  options.laps = 100;
  std::vector<std::int64_t> metres;
  const auto stopped = run_episode(world, controller, options, [&](const Progress& progress) {
    EXPECT_EQ(progress.total, static_cast<std::int64_t>(100 * 2 * kPi * kRadius_m));
    metres.push_back(progress.done);
    return metres.size() < 4;
  });
  ASSERT_FALSE(stopped.ok());
  EXPECT_EQ(stopped.error().kind(), ErrorKind::kInterrupted);
  ASSERT_EQ(metres.size(), 4U);
  for (std::size_t s = 0; s < metres.size(); ++s) EXPECT_NEAR(metres[s], 8.0 * static_cast<double>(s), 1) << s << " s";
}

TEST(EpisodeFrames, LostOnesAreNeverLookedAt) {
  CircleWorld world;
  world.frame_delay = [](std::int64_t k) { return k % 3 == 1 ? std::nullopt : std::optional<double>(0.0); };
  Scripted controller = steady(8, 8 / kRadius_m);
  const EpisodeResult result = run(world, controller);
  EXPECT_THAT(std::vector<double>(world.observed.begin(), world.observed.begin() + 5),
              ::testing::Pointwise(::testing::DoubleNear(1e-9), {0.0, 0.10, 0.15, 0.25, 0.30}));
  EXPECT_NEAR(result.frames_skipped, (result.frames_used + result.frames_skipped) / 3.0, 1);
  EXPECT_TRUE(result.completed);
}

TEST(EpisodeFrames, LateOnesActLater) {
  CircleWorld world;
  world.frame_delay = [](std::int64_t k) { return k == 0 ? 0.0 : 0.03; };
  Scripted controller = steady(8, 8 / kRadius_m);
  EpisodeOptions options;
  options.latency = LatencyModel::fixed(0.01);
  const EpisodeResult result = run(world, controller, options);
  EXPECT_NEAR(world.acted.at(0).time_s, 0.01, 1e-9);
  EXPECT_NEAR(world.acted.at(1).time_s, 0.05 + 0.03 + 0.01, 1e-9);
  EXPECT_NEAR(result.frame_age.max_s, 0.04, 1e-9);
  EXPECT_EQ(result.frames_skipped, 0);
}

TEST(EpisodeFrames, ALateOneThatANewerOneOvertakesIsNotUsed) {
  CircleWorld world;
  world.frame_delay = [](std::int64_t k) { return k == 2 ? 0.07 : 0.0; };  // arrives at 0.17, after frame 3
  Scripted controller = steady(8, 8 / kRadius_m);
  EXPECT_EQ(run(world, controller).frames_skipped, 1);
  EXPECT_THAT(std::vector<double>(world.observed.begin(), world.observed.begin() + 4),
              ::testing::Pointwise(::testing::DoubleNear(1e-9), {0.0, 0.05, 0.15, 0.20}));
}

TEST(EpisodeFrames, OneStaysInTheSlotWhenTheNextIsLost) {
  CircleWorld world;
  // Busy until 0.12; frame 1 (0.05) is still there, for frame 2 (0.10) never came.
  world.frame_delay = [](std::int64_t k) { return k == 2 ? std::nullopt : std::optional<double>(0.0); };
  Scripted controller = steady(8, 8 / kRadius_m);
  EpisodeOptions options;
  options.latency = LatencyModel::fixed(0.12);
  run(world, controller, options);
  EXPECT_NEAR(world.observed.at(1), 0.05, 1e-9);
  EXPECT_NEAR(world.acted.at(1).time_s, 0.24, 1e-9);
}

// A mailbox played step by step, a tenth of a millisecond each, gives the same decisions as foresight.
TEST(EpisodeFrames, ForesightIsWhatASlowMailboxDoes) {
  for (const int latency_ms : {0, 20, 60, 130}) {
    CircleWorld world;
    world.frame_delay = [](std::int64_t k) -> std::optional<double> {
      const auto draw = static_cast<int>(static_cast<std::uint64_t>(k * 2654435761) >> 3 & 7);
      if (draw == 0) return std::nullopt;
      return draw < 4 ? 0.02 * draw + 0.025 : 0.0;
    };
    Scripted controller = steady(8, 8 / kRadius_m);
    EpisodeOptions options;
    options.latency = LatencyModel::fixed(latency_ms / 1000.0);
    run(world, controller, options);
    std::vector<double> expected;
    std::int64_t slot = -1, newest = -1, free_at = 0;  // frame; tenths of a millisecond
    for (std::int64_t now = 0; now <= 100'000; ++now) {
      for (std::int64_t k = std::max<std::int64_t>(0, now / 500 - 10); k <= now / 500; ++k) {
        const auto delay = world.frame_delay(k);
        if (delay && k * 500 + std::llround(*delay * 10'000) == now && k > newest) slot = newest = k;
      }
      if (slot < 0 || now < free_at) continue;
      expected.push_back(static_cast<double>(slot) * 0.05);
      free_at = now + latency_ms * 10;
      slot = -1;
    }
    ASSERT_GT(expected.size(), 20U);
    for (std::size_t i = 0; i + 2 < expected.size(); ++i)
      ASSERT_NEAR(world.observed.at(i), expected[i], 1e-9) << latency_ms << " ms, decision " << i;
  }
}

}  // namespace
}  // namespace pitlane
