#include "pitlane/measure/line_tracker.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace pitlane {
namespace {

// Farther than a car gets between two calls, nearer than the next stretch of any sensible circuit.
constexpr double kWindow_m = 5;

}  // namespace

LineTracker::LineTracker(const ReferenceLine& line) : points_(line.points) {
  PITLANE_CHECK(points_.size() >= 3);
  for (std::size_t i = 0; i < points_.size(); ++i) points_[i].width_m = line.width_m(i);
  for (std::size_t i = 0; i < points_.size(); ++i) {
    arc_m_.push_back(length_m_);
    const auto& next = points_[(i + 1) % points_.size()];
    length_m_ += std::hypot(next.x_m - points_[i].x_m, next.y_m - points_[i].y_m);
  }
}

LineTracker::Position LineTracker::project(std::size_t segment, double x_m, double y_m) const {
  const auto &a = points_[segment], &b = points_[(segment + 1) % points_.size()];
  const double dx = b.x_m - a.x_m, dy = b.y_m - a.y_m;
  const double px = x_m - a.x_m, py = y_m - a.y_m;
  const double squared = dx * dx + dy * dy;
  const double t = squared > 0 ? std::clamp((px * dx + py * dy) / squared, 0.0, 1.0) : 0;
  const double distance = std::hypot(px - t * dx, py - t * dy);
  const bool left = dx * py - dy * px >= 0;
  return {std::fmod(arc_m_[segment] + t * std::sqrt(squared), length_m_), left ? distance : -distance,
          std::atan2(dy, dx), a.width_m + t * (b.width_m - a.width_m)};
}

LineTracker::Position LineTracker::nearest(std::size_t first, std::size_t count, double x_m, double y_m) {
  double best = std::numeric_limits<double>::infinity();
  std::size_t best_segment = first % points_.size();
  for (std::size_t k = 0; k < count; ++k) {
    const std::size_t segment = (first + k) % points_.size();
    const auto &a = points_[segment], &b = points_[(segment + 1) % points_.size()];
    const double dx = b.x_m - a.x_m, dy = b.y_m - a.y_m;
    const double px = x_m - a.x_m, py = y_m - a.y_m;
    const double squared = dx * dx + dy * dy;
    const double t = squared > 0 ? std::clamp((px * dx + py * dy) / squared, 0.0, 1.0) : 0;
    const double ex = px - t * dx, ey = py - t * dy;
    if (ex * ex + ey * ey >= best) continue;
    best = ex * ex + ey * ey;
    best_segment = segment;
  }
  segment_ = best_segment;
  return project(segment_, x_m, y_m);
}

LineTracker::Position LineTracker::locate(double x_m, double y_m) { return nearest(0, points_.size(), x_m, y_m); }

LineTracker::Position LineTracker::follow(double x_m, double y_m) {
  // Segments within the window before and after; all of a line shorter than that.
  const std::size_t n = points_.size();
  std::size_t before = 0, after = 0;
  const auto arc_between = [&](std::size_t from, std::size_t to) {
    const double d = arc_m_[to] - arc_m_[from];
    return d < 0 ? d + length_m_ : d;
  };
  while (before + 1 < n && arc_between((segment_ + n - before) % n, segment_) < kWindow_m) ++before;
  while (before + after + 1 < n && arc_between(segment_, (segment_ + after) % n) < kWindow_m) ++after;
  return nearest(segment_ + n - before, before + after + 1, x_m, y_m);
}

}  // namespace pitlane
