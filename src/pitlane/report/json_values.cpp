#include "pitlane/report/json_values.h"

#include <algorithm>
#include <numeric>

#include "pitlane/measure/percentile.h"
#include "pitlane/report/drive_figures.h"
#include "pitlane/study/episode_json.h"

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

Json layers_value(const LayerProfile& profile) {
  Json layers = Json::array();
  for (const LayerTime& layer : profile.layers) {
    layers.push_back({{"kind", to_string(layer.owner)},
                      {"name", layer.name},
                      {"work", layer.work},
                      {"arithmetic", to_string(layer.arithmetic)},
                      {"macs", layer.macs},
                      {"weight_bytes", layer.weight_bytes},
                      {"activation_bytes", layer.activation_bytes},
                      {"p50_ms", layer.p50_ms},
                      {"share", layer.share}});
    if (layer.limit_ms <= 0) continue;
    layers.back()["limit_ms"] = layer.limit_ms;
    layers.back()["roofline_ratio"] = layer.roofline_ratio();
  }
  return {{"layers", layers},
          {"sum_ms", profile.sum_ms},
          {"whole_ms", profile.whole_ms.p50},
          {"clock_reading_ms", profile.clock_reading_ms},
          {"clock_readings", profile.clock_readings},
          {"network_bytes", profile.network_bytes}};
}

Json roofline_value(const Roofline& roofline) {
  Json peaks = Json::array(), reads = Json::array();
  for (const ArithmeticPeak& peak : roofline.peaks)
    peaks.push_back({{"type", peak.type}, {"instructions", peak.instructions}, {"macs_per_s", peak.macs_per_s}});
  for (const ReadBandwidth& read : roofline.warm)
    reads.push_back({{"bytes", read.bytes}, {"bytes_per_s", read.bytes_per_s}});
  return {{"peaks", peaks}, {"reads", reads}};
}

Json periodic_value(const PeriodicResult& result) {
  const auto spread = [](const Spread& s) { return Json{{"p50", s.p50}, {"p99", s.p99}, {"max", s.max}}; };
  return {{"period_ms", result.period_ms},
          {"frames", result.frames},
          {"answered", result.answered},
          {"dropped", result.dropped},
          {"deadline_misses", result.missed},
          {"achieved_hz", result.achieved_hz},
          {"run_ms", spread(result.run_ms)},
          {"start_jitter_ms", spread(result.start_jitter_ms)},
          {"completion_jitter_ms", spread(result.completion_jitter_ms)},
          {"frame_age_at_command_ms", spread(result.frame_age_at_command_ms)}};
}

Json episode_value(const EpisodeResult& episode) {
  Json out{{"completed", episode.completed},
           {"end", episode_end_name(episode.end)},
           {"driving_score", episode.driving_score},
           {"driving_score_version", kDrivingScoreVersion},
           {"circuit_length_m", episode.circuit_length_m},
           {"completed_distance_m", episode.completed_distance_m},
           {"effective_completed_distance_m", episode.effective_completed_distance_m},
           {"percentage_completed", episode.percentage_completed},
           {"lap_time_s", episode.lap_time_s > 0 ? Json(episode.lap_time_s) : Json()},
           {"distance_m", episode.distance_m},
           {"average_speed_mps", episode.average_speed_mps},
           {"min_speed_mps", episode.speed_mps.min},
           {"max_speed_mps", episode.speed_mps.max},
           {"simulated_s", episode.simulated_s},
           {"off_road_s", episode.off_road_s},
           {"line_lost_s", episode.line_lost_s},
           {"wrong_way_s", episode.wrong_way_s},
           {"collisions", episode.collisions},
           {"deviation_m",
            {{"mean", episode.deviation.mean},
             {"rmse", episode.deviation.rmse},
             {"p95", episode.deviation.p95},
             {"max", episode.deviation.max},
             {"total", episode.deviation.total}}},
           {"bm_compat_position_deviation_mae", episode.deviation.bm_compat},
           {"suddenness", {{"v_mps", episode.suddenness.v_mps}, {"w_radps", episode.suddenness.w_radps}}},
           {"frame_age_ms",
            {{"mean", 1e3 * episode.frame_age.mean_s},
             {"p95", 1e3 * episode.frame_age.p95_s},
             {"max", 1e3 * episode.frame_age.max_s}}},
           {"decisions_hz", episode.decisions_hz},
           {"target_frequency_reached", episode.target_frequency_reached},
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

Json published_drives_value(const std::vector<PublishedDrive>& drives) {
  Json out = Json::array();
  for (const PublishedDrive& drive : drives)
    out.push_back({{"framework", drive.key.framework},
                   {"strategy", drive.key.strategy},
                   {"average_speed_mps", drive.speed_mps},
                   {"bm_compat_position_deviation_mae", drive.bm_deviation},
                   {"iteration_hz", drive.iteration_hz},
                   {"inference_ms", drive.inference_ms},
                   {"note", drive.note}});
  return out;
}

std::string document(const Json& json) { return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n"; }

}  // namespace pitlane
