// The simplest world to drive in, and drivers that follow a script.
#pragma once

#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>
#include <functional>
#include <numbers>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "pitlane/measure/episode.h"

namespace pitlane {

inline constexpr double kPi = std::numbers::pi;
inline constexpr double kRadius_m = 20;

// A car on a circle; frames carry nothing. Keeps a diary of what was asked of it.
class CircleWorld : public World {
 public:
  CircleWorld() {
    for (int i = 0; i < 2000; ++i)
      line_.points.push_back({kRadius_m * std::cos(kPi * i / 1000), kRadius_m * std::sin(kPi * i / 1000)});
  }
  Status reset(std::uint64_t) override {
    time_s_ = 0;
    pose_ = start;
    command_ = {};
    observed.clear(), acted.clear();
    return {};
  }
  Result<Observation> observe() override {
    observed.push_back(time_s_);
    return Observation{{}, time_s_, command_.v_mps, 0};
  }
  void act(const Command& command) override {
    command_ = command;
    acted.push_back({time_s_, command});
  }
  Status advance_to(double time_s) override {
    EXPECT_GE(time_s, time_s_);
    const double dt = time_s - time_s_, turn = command_.w_radps * dt;
    const double half = turn / 2;
    const double chord = command_.v_mps * dt * (half == 0 ? 1 : std::sin(half) / half);
    pose_ = {pose_.x_m + chord * std::cos(pose_.yaw_rad + half), pose_.y_m + chord * std::sin(pose_.yaw_rad + half),
             pose_.yaw_rad + turn};
    time_s_ = time_s;
    return {};
  }
  double time_s() const override { return time_s_; }
  Pose pose() const override { return pose_; }
  const ReferenceLine& reference_line() const override { return line_; }
  double camera_period_s() const override { return 0.05; }
  void restrict_view(const std::vector<int>&, const std::vector<int>&) override {}
  std::string description() const override { return "circle"; }

  std::optional<double> frame_delay_s(std::int64_t index) const override {
    return frame_delay ? frame_delay(index) : std::optional<double>(0.0);
  }

  std::function<std::optional<double>(std::int64_t)> frame_delay;
  void build_walls(double distance_m) { line_.wall_distance_m = distance_m; }

  Pose start{kRadius_m, 0, kPi / 2};
  std::vector<double> observed;
  struct Act {
    double time_s;
    Command command;
  };
  std::vector<Act> acted;

 private:
  ReferenceLine line_;
  double time_s_ = 0;
  Pose pose_;
  Command command_;
};

class Scripted : public Controller {
 public:
  using Script = std::function<Result<Command>(const Observation&)>;
  explicit Scripted(Script script) : script_(std::move(script)) {}
  void reset() override {}
  Result<Command> decide(const Observation& observation) override { return script_(observation); }

 private:
  Script script_;
};

inline Scripted steady(double v, double w) {
  return Scripted([=](const Observation&) -> Result<Command> { return Command{v, w}; });
}

inline EpisodeResult run(CircleWorld& world, Controller& controller, const EpisodeOptions& options = {}) {
  auto result = run_episode(world, controller, options);
  EXPECT_TRUE(result.ok()) << result.error().message();
  return *std::move(result);
}

}  // namespace pitlane
