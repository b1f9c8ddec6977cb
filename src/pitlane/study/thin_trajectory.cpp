#include "pitlane/study/thin_trajectory.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace pitlane {
namespace {

constexpr double kKeptTolerance_m = 0.01, kKeptTolerance_mps = 0.1;
constexpr std::size_t kKeptPointsPerLap = 400;

bool finite(const TrajectoryPoint& p) {
  return std::isfinite(p.pose.x_m) && std::isfinite(p.pose.y_m) && std::isfinite(p.deviation_m) &&
         std::isfinite(p.progress_m) && std::isfinite(p.command.v_mps);
}

struct Tolerance {
  double m = 0, mps = 0;
};

// How far p would move if it were drawn on the segment from a to b, in tolerances.
double error(const TrajectoryPoint& p, const TrajectoryPoint& a, const TrajectoryPoint& b, const Tolerance& tolerance) {
  const double dx = b.pose.x_m - a.pose.x_m;
  const double dy = b.pose.y_m - a.pose.y_m;
  const double px = p.pose.x_m - a.pose.x_m;
  const double py = p.pose.y_m - a.pose.y_m;
  const double square = dx * dx + dy * dy;
  const double t = square > 0 ? std::clamp((px * dx + py * dy) / square, 0.0, 1.0) : 0;
  const double place = std::hypot(px - t * dx, py - t * dy);
  const double deviation = std::abs(p.deviation_m - a.deviation_m - t * (b.deviation_m - a.deviation_m));
  const double speed = std::abs(p.command.v_mps - a.command.v_mps - t * (b.command.v_mps - a.command.v_mps));
  return std::max(std::max(place, deviation) / tolerance.m, speed / tolerance.mps);
}

std::vector<TrajectoryPoint> simplify(const std::vector<TrajectoryPoint>& points, const Tolerance& tolerance) {
  std::vector<bool> keep(points.size(), false);
  keep.front() = keep.back() = true;
  std::vector<std::pair<std::size_t, std::size_t>> spans{{0, points.size() - 1}};
  while (!spans.empty()) {
    const auto [first, last] = spans.back();
    spans.pop_back();
    double worst = 1;
    std::size_t split = 0;
    for (std::size_t i = first + 1; i < last; ++i)
      if (const double far = error(points[i], points[first], points[last], tolerance); far > worst) {
        worst = far;
        split = i;
      }
    if (split == 0) continue;
    keep[split] = true;
    spans.emplace_back(first, split);
    spans.emplace_back(split, last);
  }
  std::vector<TrajectoryPoint> out;
  for (std::size_t i = 0; i < points.size(); ++i)
    if (keep[i]) out.push_back(points[i]);
  return out;
}

}  // namespace

std::vector<TrajectoryPoint> thin_trajectory(const std::vector<TrajectoryPoint>& points, double tolerance_m,
                                             std::size_t max_points, double tolerance_mps) {
  std::vector<TrajectoryPoint> out;
  std::copy_if(points.begin(), points.end(), std::back_inserter(out), finite);
  if (out.size() <= 2) return out;
  Tolerance tolerance{std::max(tolerance_m, 1e-6), std::max(tolerance_mps, 1e-6)};
  out = simplify(out, tolerance);
  while (out.size() > std::max<std::size_t>(max_points, 2)) {
    tolerance = {1.5 * tolerance.m, 1.5 * tolerance.mps};
    out = simplify(out, tolerance);
  }
  return out;
}

std::vector<TrajectoryPoint> trajectory_to_keep(const std::vector<TrajectoryPoint>& points, int laps) {
  const auto thousandths = [](double value) { return std::round(value * 1e3) / 1e3; };
  std::vector<TrajectoryPoint> out = thin_trajectory(
      points, kKeptTolerance_m, kKeptPointsPerLap * static_cast<std::size_t>(std::max(laps, 1)), kKeptTolerance_mps);
  for (TrajectoryPoint& p : out)
    for (double* value : {&p.time_s, &p.pose.x_m, &p.pose.y_m, &p.pose.yaw_rad, &p.deviation_m, &p.progress_m,
                          &p.command.v_mps, &p.command.w_radps})
      *value = thousandths(*value);
  return out;
}

}  // namespace pitlane
