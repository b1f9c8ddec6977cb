#include "pitlane/sim/expert.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "pitlane/sim/car.h"
#include "pitlane/sim/centre_line.h"

namespace pitlane {
namespace {

FrameResizer one_pixel() {
  Preprocessing corner;
  corner.crop = {0, 0, 1, 1};
  corner.width = corner.height = 1;
  auto resizer = FrameResizer::create(corner);
  PITLANE_CHECK(resizer.ok());
  return *std::move(resizer);
}

}  // namespace

ExpertController::ExpertController(const World& world, const ExpertOptions& options)
    : world_(&world), expert_(world.reference_line(), options), one_pixel_(one_pixel()) {}

Expert::Expert(const ReferenceLine& line, const ExpertOptions& options)
    : options_(options), points_(line.points), tracker_(line), length_m_(tracker_.length_m()) {
  step_m_ = length_m_ / static_cast<double>(points_.size());
  compute_speeds();
}

void Expert::compute_speeds() {
  const std::vector<double> bend = curvature(points_, length_m_, 1.5);
  const double full = options_.fastest_mps;
  const auto seen = static_cast<std::size_t>(options_.sight_m / step_m_);
  speed_mps_.assign(points_.size(), full);
  for (std::size_t i = 0; i < points_.size(); ++i) {
    for (std::size_t k = 0; k <= seen; ++k) {
      const double ahead_m = static_cast<double>(k) * step_m_;
      const double radius_m = 1 / std::max(std::abs(bend[(i + k) % points_.size()]), 1e-6);
      const double safe = std::min(full, std::sqrt(8 * radius_m + 16 * std::max(0.0, ahead_m - 1)));
      const double fade = std::clamp((ahead_m / options_.sight_m - 0.5) / 0.5, 0.0, 1.0);
      speed_mps_[i] = std::min(speed_mps_[i], safe + fade * (full - safe));
    }
    speed_mps_[i] = std::max(speed_mps_[i], options_.slowest_mps);
  }
}

double Expert::at(const std::vector<double>& table, double arc_m) const {
  const double position = arc_m / step_m_;
  const double whole = std::floor(position);
  const auto n = static_cast<std::int64_t>(table.size());
  const auto i = static_cast<std::size_t>(((static_cast<std::int64_t>(whole) % n) + n) % n);
  return table[i] + (position - whole) * (table[(i + 1) % table.size()] - table[i]);
}

Expert::Place Expert::find(const Pose& pose) {
  LineTracker::Position p = lost_ ? tracker_.locate(pose.x_m, pose.y_m) : tracker_.follow(pose.x_m, pose.y_m);
  lost_ = false;
  return {p.arc_m, p.deviation_m};
}

// Off the line or askew, slower: the way back is a corner too.
double Expert::speed(const Place& place, double heading_error_rad) const {
  const double trouble =
      std::max(0.0, std::abs(place.deviation_m) - 0.25) / 1.0 + std::max(0.0, std::abs(heading_error_rad) - 0.15) / 0.6;
  const double v = at(speed_mps_, place.arc_m);
  return std::max(options_.slowest_mps, v - std::min(1.0, trouble) * (v - options_.slowest_mps));
}

double Expert::turn_rate(const Pose& pose, double arc_m, double v_mps) const {
  const double target_m = arc_m + options_.lookahead_m + options_.lookahead_s * v_mps;
  const double position = target_m / step_m_;
  const auto i = static_cast<std::size_t>(position) % points_.size();
  const double t = position - std::floor(position);
  const auto &a = points_[i], &b = points_[(i + 1) % points_.size()];
  const double dx = a.x_m + t * (b.x_m - a.x_m) - pose.x_m, dy = a.y_m + t * (b.y_m - a.y_m) - pose.y_m;
  const double left = -std::sin(pose.yaw_rad) * dx + std::cos(pose.yaw_rad) * dy;
  const double w = 2 * v_mps * left / std::max(dx * dx + dy * dy, 1e-6);
  return std::clamp(w, -options_.fastest_turn_radps, options_.fastest_turn_radps);
}

Command Expert::command(const Pose& pose) {
  const Place place = find(pose);
  const auto i = static_cast<std::size_t>(place.arc_m / step_m_) % points_.size();
  const auto &a = points_[i], &b = points_[(i + 1) % points_.size()];
  const double askew = wrap_angle(pose.yaw_rad - std::atan2(b.y_m - a.y_m, b.x_m - a.x_m));
  Command command{speed(place, askew), 0};
  command.w_radps = turn_rate(pose, place.arc_m, command.v_mps);
  // Once more from where the car will be when the command acts.
  const Pose later = move_on_arc(pose, command, options_.expected_latency_s);
  const double later_arc = place.arc_m + command.v_mps * options_.expected_latency_s * std::cos(askew);
  command.v_mps = std::min(command.v_mps, std::max(options_.slowest_mps, at(speed_mps_, later_arc)));
  command.w_radps = turn_rate(later, later_arc, command.v_mps);
  return command;
}

}  // namespace pitlane
