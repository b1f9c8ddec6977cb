#include "pitlane/measure/referee.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "pitlane/measure/line_view.h"

namespace pitlane {
namespace {

constexpr double kStuck_s = 5;              // no headway for this long ...
constexpr double kStuck_m = 0.5;            // ... means less than this
constexpr double kWrongWay_m = 5;           // driven back from the farthest place reached
constexpr double kSlowest_mps = 2;          // of an episode without a timeout of its own ...
constexpr double kShortestTimeout_s = 600;  // ... which is never less than this
constexpr double kCheckpointReach_m = 5;    // a place of the line that was passed farther away does not count ...

}  // namespace

Referee::Referee(const World& world, const EpisodeOptions& options)
    : options_(options), line_(world.reference_line()), view_(world.view_cone()), tracker_(line_) {
  if (options_.timeout_s == 0)
    options_.timeout_s = std::max(kShortestTimeout_s, options.laps * tracker_.length_m() / kSlowest_mps);
}

void Referee::start(double time_s, const Pose& pose) {
  now_ = tracker_.locate(pose.x_m, pose.y_m);
  pose_ = pose;
  headway_time_s_ = time_s;
  time_s_ = time_s;
}

// Walls keep their distance from the road's edge.
bool Referee::touches_wall() const {
  const double wall_m = line_.wall_distance_m + (now_.road_width_m - line_.road_width_m) / 2;
  return std::abs(now_.deviation_m) >= wall_m - kCarHalfWidth_m;
}

bool Referee::faces_backwards(const Pose& pose) const {
  return std::abs(std::remainder(pose.yaw_rad - now_.heading_rad, 2 * std::numbers::pi)) > std::numbers::pi / 2;
}

// What the last look saw lasted until this one.
void Referee::count_lost_time(double seconds) {
  if (!is_on_road()) off_road_s_ += seconds;
  if (faces_backwards(pose_)) wrong_way_s_ += seconds;
  if (view_ && !line_in_view(line_, pose_, *view_)) line_lost_s_ += seconds;
}

void Referee::finish_laps(double time_s, double progress_before_m) {
  while (laps_done() < options_.laps && farthest_m_ >= next_finish_m()) {
    const double share = (next_finish_m() - progress_before_m) / (progress_m_ - progress_before_m);
    finish_times_s_.push_back(time_s_ + std::clamp(share, 0.0, 1.0) * (time_s - time_s_));
  }
}

// ... nor does anything after it, until the car has come back to it.
bool Referee::reaches_next_checkpoint(double deviation_m, double progress_before_m) const {
  if (std::abs(deviation_m) > kCheckpointReach_m) return false;
  return progress_before_m <= farthest_m_ || std::hypot(progress_m_ - farthest_m_, deviation_m) <= kCheckpointReach_m;
}

void Referee::look(double time_s, const Pose& pose) {
  count_lost_time(time_s - time_s_);
  const bool was_on_road = is_on_road();
  const LineTracker::Position now = tracker_.follow(pose.x_m, pose.y_m);
  const double before_m = progress_m_;
  progress_m_ += std::remainder(now.arc_m - now_.arc_m, tracker_.length_m());
  distance_m_ += std::hypot(pose.x_m - pose_.x_m, pose.y_m - pose_.y_m);
  if (progress_m_ > headway_m_ + kStuck_m) headway_m_ = progress_m_, headway_time_s_ = time_s;
  if (progress_m_ > farthest_m_ && reaches_next_checkpoint(now.deviation_m, before_m)) {
    if (was_on_road) effective_m_ += progress_m_ - farthest_m_;
    farthest_m_ = progress_m_;
  }
  finish_laps(time_s, before_m);
  now_ = now;
  pose_ = pose;
  time_s_ = time_s;
}

std::optional<EpisodeEnd> Referee::verdict() const {
  if (laps_done() >= options_.laps) return EpisodeEnd::kCompleted;
  if (touches_wall()) return EpisodeEnd::kCollision;
  if (!(std::abs(now_.deviation_m) <= options_.off_road_limit_m)) return EpisodeEnd::kOffRoad;
  if (farthest_m_ - progress_m_ > kWrongWay_m) return EpisodeEnd::kWrongWay;
  if (time_s_ - headway_time_s_ >= kStuck_s) return EpisodeEnd::kStuck;
  if (time_s_ >= options_.timeout_s) return EpisodeEnd::kTimeout;
  return std::nullopt;
}

void Referee::report(EpisodeResult& result) const {
  result.completed = laps_done() >= options_.laps;
  result.circuit_length_m = tracker_.length_m();
  result.completed_distance_m = result.completed ? wanted_m() : std::clamp(farthest_m_, 0.0, wanted_m());
  result.percentage_completed = 100 * result.completed_distance_m / wanted_m();
  result.effective_completed_distance_m = std::min(effective_m_, result.completed_distance_m);
  result.distance_m = distance_m_;
  result.simulated_s = time_s_;
  result.average_speed_mps = time_s_ > 0 ? distance_m_ / time_s_ : 0;
  result.lap_time_s = laps_done() > 0 ? finish_times_s_.back() / laps_done() : 0;
  result.off_road_s = off_road_s_;
  result.line_lost_s = line_lost_s_;
  result.wrong_way_s = wrong_way_s_;
}

}  // namespace pitlane
