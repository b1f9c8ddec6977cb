#include "pitlane/report/thin_trajectory.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace pitlane {
namespace {

bool finite(const TrajectoryPoint& p) {
  return std::isfinite(p.pose.x_m) && std::isfinite(p.pose.y_m) && std::isfinite(p.deviation_m) &&
         std::isfinite(p.progress_m);
}

// How far p would move if it were drawn on the segment from a to b.
double error_m(const TrajectoryPoint& p, const TrajectoryPoint& a, const TrajectoryPoint& b) {
  const double dx = b.pose.x_m - a.pose.x_m;
  const double dy = b.pose.y_m - a.pose.y_m;
  const double px = p.pose.x_m - a.pose.x_m;
  const double py = p.pose.y_m - a.pose.y_m;
  const double square = dx * dx + dy * dy;
  const double t = square > 0 ? std::clamp((px * dx + py * dy) / square, 0.0, 1.0) : 0;
  const double place = std::hypot(px - t * dx, py - t * dy);
  const double deviation = std::abs(p.deviation_m - a.deviation_m - t * (b.deviation_m - a.deviation_m));
  return std::max(place, deviation);
}

std::vector<TrajectoryPoint> simplify(const std::vector<TrajectoryPoint>& points, double tolerance_m) {
  std::vector<bool> keep(points.size(), false);
  keep.front() = keep.back() = true;
  std::vector<std::pair<std::size_t, std::size_t>> spans{{0, points.size() - 1}};
  while (!spans.empty()) {
    const auto [first, last] = spans.back();
    spans.pop_back();
    double worst = tolerance_m;
    std::size_t split = 0;
    for (std::size_t i = first + 1; i < last; ++i)
      if (const double error = error_m(points[i], points[first], points[last]); error > worst) {
        worst = error;
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
                                             std::size_t max_points) {
  std::vector<TrajectoryPoint> out;
  std::copy_if(points.begin(), points.end(), std::back_inserter(out), finite);
  if (out.size() <= 2) return out;
  out = simplify(out, tolerance_m);
  for (double tolerance = tolerance_m; out.size() > std::max<std::size_t>(max_points, 2);) {
    tolerance = std::max(tolerance, 1e-6) * 1.5;
    out = simplify(out, tolerance);
  }
  return out;
}

}  // namespace pitlane
