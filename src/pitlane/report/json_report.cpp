#include <algorithm>
#include <array>
#include <string_view>

#include "pitlane/report/json_values.h"
#include "pitlane/report/published.h"
#include "pitlane/report/report.h"
#include "pitlane/study/pareto_front.h"
#include "pitlane/study/provenance.h"

namespace pitlane {
namespace {

constexpr std::array<std::string_view, 5> kClockProvenance{kProvenanceDate, "started", "finished", "duration",
                                                           "elapsed"};

bool tells_the_time(std::string_view key) {
  return std::find(kClockProvenance.begin(), kClockProvenance.end(), key) != kClockProvenance.end();
}

Json lap_value(const LapRow& lap) {
  Json out{{"circuit", lap.circuit},
           {"held_out", lap.held_out},
           {"reverse", lap.reverse},
           {"latency", lap.latency},
           {"seed", lap.seed}};
  out.update(episode_value(lap.result));
  return out;
}

Json laps_value(const StrategyRow& row) {
  Json out = Json::array();
  for (const LapRow& lap : row.laps) out.push_back(lap_value(lap));
  return out;
}

Json row_timing(const StrategyRow& row, const StrategyRow& baseline) {
  Json out = Json::object();
  if (row.latency_ms.runs == 0) return out;
  out["latency_ms"] = latency_value(row.latency_ms);
  if (row.frame_ms.runs > 0) out["frame_ms"] = latency_value(row.frame_ms);
  if (row.layers) out["by_layer"] = layers_value(*row.layers);
  if (baseline.latency_ms.runs > 0) out["speed_up"] = baseline.latency_ms.p50 / row.latency_ms.p50;
  return out;
}

Json row_value(const StrategyRow& row, const StrategyRow& baseline) {
  Json out{{"strategy", row.strategy}, {"summary", row.summary}, {"recipe", row.recipe}};
  if (row.failure) {
    out["failure"] = *row.failure;
    if (row.inapplicable) out["inapplicable"] = true;
    return out;
  }
  out["file"] = row.file;
  out["network_hash"] = row.network_hash;
  out["size_bytes"] = row.size_bytes;
  if (!row.put_back.empty()) out["put_back"] = row.put_back;
  if (!row.standing.empty()) out["under_budget"] = row.standing;
  out["sparsity"] = row.sparsity;
  if (row.accuracy) out.update(accuracy_value(*row.accuracy));
  if (row.accuracy && baseline.accuracy) out["mse_relative_to_baseline"] = relative_mse(row, baseline);
  if (row.agreement) out["agreement"] = agreement_value(*row.agreement);
  if (!row.fine_tuning.empty()) out["fine_tuning"] = epochs_value(row.fine_tuning);
  out["laps_completed"] = laps_completed(row);
  out["laps"] = laps_value(row);
  if (!row.why_not_driven.empty()) out["why_not_driven"] = row.why_not_driven;
  out["timing"] = row_timing(row, baseline);
  return out;
}

Json constraints_value(const Constraints& limits) {
  Json out = Json::object();
  if (limits.max_latency_ms) out["max_latency_ms"] = *limits.max_latency_ms;
  if (limits.max_size_bytes) out["max_size_bytes"] = *limits.max_size_bytes;
  if (limits.max_deviation_m) out["max_deviation_m"] = *limits.max_deviation_m;
  if (limits.max_mse_increase) out["max_mse_increase"] = *limits.max_mse_increase;
  return out;
}

Json recommendation_value(const Recommendation& recommendation) {
  Json out{{"strategy", nullptr}, {"reasons", recommendation.reasons}};
  if (recommendation.strategy) out["strategy"] = *recommendation.strategy;
  if (!recommendation.closest.empty()) out["closest"] = recommendation.closest;
  return out;
}

Json published_value() {
  Json out = Json::array();
  for (const PublishedRow& row : published_rows())
    out.push_back({{"framework", row.framework},
                   {"strategy", row.strategy},
                   {"size_mib", row.size_mib},
                   {"mse", row.mse},
                   {"inference_ms", row.inference_ms},
                   {"defect", row.defect}});
  return out;
}

}  // namespace

std::string json_report(const TuneResult& result) {
  Json out{{"network", result.network_name},
           {"family", result.family},
           {"baseline_file", result.baseline_file},
           {"command", result.command}};
  // Which network is recommended follows from measured times, so it is a matter of the clock too.
  Json timing{{"recommendation", recommendation_value(result.recommendation)}, {"pareto_front", Json::array()}};
  for (const std::size_t i : pareto_front(result)) timing["pareto_front"].push_back(result.rows[i].strategy);
  out["provenance"] = Json::object();
  for (const auto& [key, value] : result.provenance) (tells_the_time(key) ? timing : out["provenance"])[key] = value;
  out["notes"] = result.notes;
  out["constraints"] = constraints_value(result.constraints);
  out["rows"] = Json::array();
  for (const StrategyRow& row : result.rows) out["rows"].push_back(row_value(row, result.rows.front()));
  if (!result.training.empty()) out["training"] = epochs_value(result.training);
  out["published"] = published_value();
  out["published_driving"] = published_drives_value(published_drives());
  if (!result.roofline.peaks.empty()) timing["roofline"] = roofline_value(result.roofline);
  out["timing"] = timing;
  return document(out);
}

}  // namespace pitlane
