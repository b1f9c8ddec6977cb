// Perturbations in the simulator, against closed forms.
#include <gtest/gtest.h>

#include <cmath>
#include <string>
#include <vector>

#include "frame_of.h"
#include "pitlane/measure/episode.h"
#include "pitlane/sim/car.h"
#include "pitlane/sim/expert.h"
#include "pitlane/sim/sim_world.h"
#include "small_circuits.h"

namespace pitlane {
namespace {

SimWorld world_with(const std::string& text, Variation variation = Variation::kSlight) {
  SimOptions options;
  options.variation = variation;
  options.perturbation = parse_perturbation(text).value();
  return SimWorld(oval_track(), options);
}

TEST(PerturbedWorld, DelayShiftsEachCommandByExactlyThatTime) {
  SimWorld world = world_with("delay=80ms");
  ASSERT_TRUE(world.reset(3).ok());
  const Pose start = world.pose();
  world.act({10, 0.5});
  ASSERT_TRUE(world.advance_to(0.05).ok());
  EXPECT_EQ(world.pose().x_m, start.x_m) << "still on its way";
  EXPECT_EQ(world.observe()->speed_mps, 0);
  world.act({6, -1});  // acts at 0.13
  ASSERT_TRUE(world.advance_to(0.08).ok());
  EXPECT_EQ(world.pose().x_m, start.x_m);
  ASSERT_TRUE(world.advance_to(0.2).ok());
  const Pose expected = move_on_arc(move_on_arc(start, {10, 0.5}, 0.05), {6, -1}, 0.07);
  EXPECT_NEAR(world.pose().x_m, expected.x_m, 1e-9);
  EXPECT_NEAR(world.pose().y_m, expected.y_m, 1e-9);
  EXPECT_NEAR(world.pose().yaw_rad, expected.yaw_rad, 1e-9);
  EXPECT_EQ(world.observe()->speed_mps, 6);
}

TEST(PerturbedWorld, DelayedCommandsAreForgottenByAReset) {
  SimWorld world = world_with("delay=80ms");
  world.act({10, 0});
  ASSERT_TRUE(world.reset(3).ok());
  const Pose start = world.pose();
  ASSERT_TRUE(world.advance_to(1).ok());
  EXPECT_EQ(world.pose().x_m, start.x_m);
}

TEST(PerturbedWorld, StartIsOffsetByExactlyThatMuch) {
  SimWorld plain = world_with("none"), moved = world_with("start_side=0.7,start_angle=0.3");
  for (const std::uint64_t seed : {1U, 2U, 3U}) {
    ASSERT_TRUE(plain.reset(seed).ok());
    ASSERT_TRUE(moved.reset(seed).ok());
    // The oval starts along x.
    EXPECT_NEAR(moved.pose().x_m, plain.pose().x_m, 1e-6);
    EXPECT_NEAR(moved.pose().y_m, plain.pose().y_m + 0.7, 1e-6);
    EXPECT_NEAR(moved.pose().yaw_rad, plain.pose().yaw_rad + 0.3, 1e-12);
  }
}

TEST(PerturbedWorld, LightScalesThePicture) {
  SimWorld plain = world_with("none", Variation::kNone), dark = world_with("light=0.5", Variation::kNone);
  ASSERT_TRUE(plain.reset(1).ok());
  ASSERT_TRUE(dark.reset(1).ok());
  const auto a = frame_of(plain), b = frame_of(dark);
  for (std::size_t i = 0; i < a.size(); ++i) ASSERT_NEAR(b[i], a[i] / 2.0, 1.01) << i;
}

TEST(PerturbedWorld, NoiseIsThatOfTheFramesMomentAndTheSeed) {
  SimWorld plain = world_with("none"), noisy = world_with("noise=10"), same = world_with("noise=10");
  for (SimWorld* world : {&plain, &noisy, &same}) ASSERT_TRUE(world->reset(4).ok());
  const auto first = frame_of(noisy);
  EXPECT_EQ(first, frame_of(same));
  EXPECT_EQ(first, frame_of(noisy)) << "one moment has one picture";
  const auto clean = frame_of(plain);
  double square = 0;
  int counted = 0;
  for (std::size_t i = 0; i < clean.size(); ++i)
    if (clean[i] > 60 && clean[i] < 195) square += std::pow(first[i] - clean[i], 2), ++counted;
  EXPECT_NEAR(std::sqrt(square / counted), 10, 0.15);
  ASSERT_TRUE(noisy.advance_to(0.05).ok());
  EXPECT_NE(first, frame_of(noisy)) << "the car stands, the noise does not";
  ASSERT_TRUE(same.reset(5).ok());
  EXPECT_NE(first, frame_of(same));
}

TEST(PerturbedWorld, WhatADriverDoesNotLookAtChangesNothing) {
  SimWorld whole = world_with("dusk,blur=2.5,noise=9,camera_yaw=0.05,camera_roll=0.1"),
           part = world_with("dusk,blur=2.5,noise=9,camera_yaw=0.05,camera_roll=0.1");
  const auto resizer = FrameResizer::create(Preprocessing{});
  ASSERT_TRUE(resizer.ok());
  part.restrict_view(resizer->source_rows(), resizer->source_columns());
  for (SimWorld* world : {&whole, &part}) ASSERT_TRUE(world->reset(6).ok());
  const auto a = frame_of(whole), b = frame_of(part);
  for (const int row : resizer->source_rows())
    for (const int column : resizer->source_columns())
      for (int c = 0; c < 3; ++c) {
        const auto i = static_cast<std::size_t>(3 * (640 * row + column) + c);
        ASSERT_EQ(a[i], b[i]) << row << " " << column;
      }
}

TEST(PerturbedWorld, EveryPresetDrivesTheSameWayTwice) {
  for (const PerturbationPreset& preset : perturbation_presets()) {
    std::vector<EpisodeResult> results;
    for (int i = 0; i < 2; ++i) {
      SimWorld world = world_with(preset.name);
      ExpertController expert(world);
      EpisodeOptions options;
      options.seed = 7;
      results.push_back(run_episode(world, expert, options).value());
    }
    ASSERT_EQ(results[0].trajectory.size(), results[1].trajectory.size()) << preset.name;
    for (std::size_t i = 0; i < results[0].trajectory.size(); ++i)
      ASSERT_EQ(results[0].trajectory[i].pose.x_m, results[1].trajectory[i].pose.x_m) << preset.name;
    EXPECT_TRUE(results[0].completed) << preset.name << ": the expert needs no camera";
  }
}

TEST(PerturbedWorld, DroppedShareIsThatOfTheEpisodesFrames) {
  SimWorld world = world_with("drop=0.3");
  ExpertController expert(world);
  EpisodeOptions options;
  options.laps = 20;
  const EpisodeResult result = run_episode(world, expert, options).value();
  const double frames = result.frames_used + result.frames_skipped;
  EXPECT_GT(frames, 1000);
  EXPECT_NEAR(result.frames_skipped / frames, 0.3, 4 * std::sqrt(0.3 * 0.7 / frames));
}

// Closed forms of a whole episode: a car held on a circle and on a straight.
class Held : public Controller {
 public:
  explicit Held(const Command& command) : command_(command) {}
  void reset() override {}
  Result<Command> decide(const Observation&) override { return command_; }

 private:
  Command command_;
};

TEST(ClosedForm, AStraightIsDrivenAsFarAsSpeedTimesTime) {
  SimOptions sim;
  sim.start_side_m = sim.start_heading_rad = 0;
  sim.perturbation = parse_perturbation("start_side=0.25").value();
  SimWorld world(oval_track(), sim);
  Held controller({10, 0});
  EpisodeOptions options;
  options.timeout_s = 2;  // the straight is 30 m long
  const EpisodeResult result = run_episode(world, controller, options).value();
  EXPECT_EQ(result.end, EpisodeEnd::kTimeout);
  EXPECT_NEAR(result.distance_m, 20, 1e-6);
  EXPECT_NEAR(result.completed_distance_m, 20, 0.02) << "the first point lies up to half a spacing from the arc's end";
  EXPECT_NEAR(result.deviation.mean, 0.25, 0.02);
  EXPECT_NEAR(result.average_speed_mps, 10, 1e-6);
}

TEST(ClosedForm, ACircleIsDrivenInChords) {
  SimOptions sim;
  sim.start_side_m = sim.start_heading_rad = 0;
  SimWorld world(oval_track(), sim);
  const double v = 8, w = 8;  // a circle of 1 m beside the line
  Held controller({v, w});
  ASSERT_TRUE(world.reset(1).ok());
  const Pose start = world.pose();
  EpisodeOptions options;
  options.timeout_s = 1.5;
  const EpisodeResult result = run_episode(world, controller, options).value();
  const double chord = 2 * (v / w) * std::sin(w * 0.05 / 2);
  EXPECT_NEAR(result.distance_m, chord * static_cast<double>(result.trajectory.size() - 1), 1e-6);
  for (const TrajectoryPoint& point : result.trajectory) {
    const double turn = w * point.time_s;
    EXPECT_NEAR(point.pose.x_m, start.x_m + v / w * (std::sin(start.yaw_rad + turn) - std::sin(start.yaw_rad)), 1e-6);
    EXPECT_NEAR(point.pose.y_m, start.y_m - v / w * (std::cos(start.yaw_rad + turn) - std::cos(start.yaw_rad)), 1e-6);
  }
}

}  // namespace
}  // namespace pitlane
