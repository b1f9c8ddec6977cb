#include "pitlane/report/json_values.h"

#include <algorithm>
#include <numeric>

#include "pitlane/measure/percentile.h"
#include "pitlane/study/tune_json.h"

namespace pitlane {
namespace {

Json episode_timing(const EpisodeResult& episode) {
  Json out{{"wall_s", episode.wall_s}};
  if (episode.wall_s > 0) out["real_time_factor"] = episode.simulated_s / episode.wall_s;
  if (episode.decide_s.empty()) return out;
  std::vector<double> sorted = episode.decide_s;
  std::sort(sorted.begin(), sorted.end());
  const double mean_s = std::accumulate(sorted.begin(), sorted.end(), 0.0) / static_cast<double>(sorted.size());
  out["inference_ms"] = mean_s * 1e3;
  if (mean_s > 0) out["iteration_hz"] = 1 / mean_s;
  out["latency_ms"] = {{"p50", percentile(sorted, 0.5) * 1e3},
                       {"p90", percentile(sorted, 0.9) * 1e3},
                       {"p99", percentile(sorted, 0.99) * 1e3}};
  return out;
}

}  // namespace

Json accuracy_value(const Accuracy& accuracy) {
  Json outputs = Json::array();
  for (const OutputAccuracy& output : accuracy.outputs)
    outputs.push_back({{"name", output.name},
                       {"mse", output.mse},
                       {"mae", output.mae},
                       {"mse_over_variance", output.mse_over_variance}});
  return {{"mse", accuracy.mse}, {"mae", accuracy.mae}, {"samples", accuracy.samples}, {"outputs", outputs}};
}

Json agreement_value(const Agreement& agreement) { return {{"mse", agreement.mse}, {"max_abs", agreement.max_abs}}; }

Json latency_value(const LatencySummary& l) {
  return {{"p50", l.p50},   {"p90", l.p90},         {"p99", l.p99},           {"min", l.min},
          {"mean", l.mean}, {"p50_low", l.p50_low}, {"p50_high", l.p50_high}, {"runs", l.runs}};
}

Json episode_value(const EpisodeResult& episode) {
  Json out{{"completed", episode.completed},
           {"end", episode_end_name(episode.end)},
           {"percentage_completed", episode.percentage_completed},
           {"lap_time_s", episode.lap_time_s > 0 ? Json(episode.lap_time_s) : Json()},
           {"distance_m", episode.distance_m},
           {"average_speed_mps", episode.average_speed_mps},
           {"simulated_s", episode.simulated_s},
           {"off_road_s", episode.off_road_s},
           {"deviation_m",
            {{"mean", episode.deviation.mean},
             {"rmse", episode.deviation.rmse},
             {"p95", episode.deviation.p95},
             {"max", episode.deviation.max}}},
           {"frames_used", episode.frames_used},
           {"frames_skipped", episode.frames_skipped}};
  if (!episode.failure.empty()) out["failure"] = episode.failure;
  out["timing"] = episode_timing(episode);
  return out;
}

Json trajectory_value(const std::vector<TrajectoryPoint>& trajectory) {
  Json out = Json::array();
  for (const TrajectoryPoint& p : trajectory)
    out.push_back({{"time_s", p.time_s},
                   {"x_m", p.pose.x_m},
                   {"y_m", p.pose.y_m},
                   {"yaw_rad", p.pose.yaw_rad},
                   {"deviation_m", p.deviation_m},
                   {"progress_m", p.progress_m},
                   {"v_mps", p.command.v_mps},
                   {"w_radps", p.command.w_radps}});
  return out;
}

Json epochs_value(const std::vector<EpochRecord>& epochs) {
  Json out = Json::array();
  for (const EpochRecord& e : epochs)
    out.push_back({{"epoch", e.epoch},
                   {"train_loss", e.train_loss},
                   {"validation_loss", e.validation_loss},
                   {"timing", {{"seconds", e.seconds}}}});
  return out;
}

std::string document(const Json& json) { return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n"; }

}  // namespace pitlane
