#include "pitlane/measure/behaviour.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "pitlane/measure/percentile.h"

namespace pitlane {
namespace {

constexpr double kStaticCollisionPenalty = 0.65;  // CARLA leaderboard 2.0, "collisions with static elements"

}  // namespace

DeviationSummary summarize_deviation(const std::vector<TrajectoryPoint>& trajectory) {
  DeviationSummary summary;
  std::vector<double> all;
  for (const TrajectoryPoint& point : trajectory) all.push_back(std::abs(point.deviation_m));
  if (all.empty()) return summary;
  std::sort(all.begin(), all.end());
  const auto n = static_cast<double>(all.size());
  double squares = 0;
  for (const double d : all) {
    summary.mean += d / n;
    squares += d * d / n;
    summary.total += d;
    summary.bm_compat += std::pow(1000.0, d) / n;
  }
  summary.rmse = std::sqrt(squares);
  summary.p95 = percentile(all, 0.95);
  summary.max = all.back();
  return summary;
}

SpeedRange summarize_speed(const std::vector<TrajectoryPoint>& trajectory) {
  std::vector<double> speeds;
  for (std::size_t i = 1; i < trajectory.size(); ++i) {
    const TrajectoryPoint &a = trajectory[i - 1], &b = trajectory[i];
    const double seconds = b.time_s - a.time_s;
    speeds.push_back(seconds > 0 ? std::hypot(b.pose.x_m - a.pose.x_m, b.pose.y_m - a.pose.y_m) / seconds : 0);
  }
  const auto started = std::find_if(speeds.begin(), speeds.end(), [](double speed) { return speed > 0; });
  // The car stood for a part of the first step.
  const auto first = speeds.end() - started > 1 ? started + 1 : started;
  if (first == speeds.end()) return {};
  const auto [min, max] = std::minmax_element(first, speeds.end());
  return {*min, *max};
}

Suddenness summarize_suddenness(const std::vector<Command>& decisions) {
  Suddenness sum;
  for (std::size_t i = 1; i < decisions.size(); ++i) {
    sum.v_mps += std::abs(decisions[i].v_mps - decisions[i - 1].v_mps);
    sum.w_radps += std::abs(decisions[i].w_radps - decisions[i - 1].w_radps);
  }
  const double changes = decisions.size() > 1 ? static_cast<double>(decisions.size() - 1) : 1;
  return {sum.v_mps / changes, sum.w_radps / changes};
}

FrameAge summarize_frame_age(std::vector<double> ages_s) {
  if (ages_s.empty()) return {};
  std::sort(ages_s.begin(), ages_s.end());
  const double sum = std::accumulate(ages_s.begin(), ages_s.end(), 0.0);
  return {sum / static_cast<double>(ages_s.size()), percentile(ages_s, 0.95), ages_s.back()};
}

double driving_score(const EpisodeResult& result) {
  const double on_road =
      result.completed_distance_m > 0 ? result.effective_completed_distance_m / result.completed_distance_m : 1;
  return result.percentage_completed * std::pow(kStaticCollisionPenalty, result.collisions) * on_road;
}

}  // namespace pitlane
