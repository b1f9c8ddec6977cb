// Drives around a circle, whose geometry is known on paper, seen by a camera that shows one colour.
#pragma once

#include <cmath>
#include <cstdint>
#include <memory>
#include <numbers>
#include <string>
#include <vector>

#include "pitlane/video/film.h"

namespace pitlane {

inline constexpr double kRadius_m = 50, kPeriod_s = 0.05;

inline ReferenceLine circle_line() {
  ReferenceLine line;
  for (int i = 0; i < 800; ++i) {
    const double t = 2 * std::numbers::pi * i / 800;
    line.points.push_back({kRadius_m * std::cos(t), kRadius_m * std::sin(t)});
  }
  return line;
}

/// Frames of 64x48 in one colour.
inline std::function<Result<FrameFn>()> one_colour(std::uint8_t r, std::uint8_t g, std::uint8_t b) {
  return [=]() -> Result<FrameFn> {
    auto pixels = std::make_shared<std::vector<std::uint8_t>>();
    for (int i = 0; i < 64 * 48; ++i) pixels->insert(pixels->end(), {r, g, b});
    return FrameFn([pixels](double, const Pose&) -> Result<ImageView> {
      return ImageView{pixels->data(), 64, 48, 3 * 64};
    });
  };
}

/// A quarter of the circle in `seconds`, anticlockwise from (radius, 0), `deviation_m` to the left (inside).
inline FilmedDrive quarter_circle(double seconds, double deviation_m = 0, EpisodeEnd end = EpisodeEnd::kOffRoad) {
  FilmedDrive drive;
  drive.network = "made-up.pit";
  drive.conditions = "circle, forward";
  drive.line = circle_line();
  drive.open_frames = one_colour(40, 160, 90);
  const int steps = static_cast<int>(std::lround(seconds / kPeriod_s));
  for (int i = 0; i <= steps; ++i) {
    const double t = std::numbers::pi / 2 * i / steps, r = kRadius_m - deviation_m;
    TrajectoryPoint p;
    p.time_s = i * kPeriod_s;
    p.pose = {r * std::cos(t), r * std::sin(t), t + std::numbers::pi / 2};
    p.deviation_m = deviation_m;
    p.progress_m = kRadius_m * t;
    p.command = {8, 0.5};
    drive.result.trajectory.push_back(p);
  }
  drive.result.end = end;
  drive.result.completed = end == EpisodeEnd::kCompleted;
  drive.result.circuit_length_m = 2 * std::numbers::pi * kRadius_m;
  drive.result.simulated_s = seconds;
  drive.result.percentage_completed = 25;
  return drive;
}

}  // namespace pitlane
