#include "pitlane/report/page_data.h"

#include <algorithm>
#include <cmath>

#include "pitlane/report/layers_html.h"
#include "pitlane/report/search_html.h"
#include "pitlane/report/track_data.h"
#include "pitlane/study/pareto_front.h"
#include "pitlane/study/quantity.h"

namespace pitlane {
namespace {

constexpr std::size_t kHistogramSamples = 2'000;

Json epochs(const std::vector<EpochRecord>& records) {
  Json out = Json::array();
  for (const EpochRecord& record : records)
    out.push_back({record.epoch, rounded(record.train_loss), rounded(record.validation_loss)});
  return out;
}

Json histogram_samples(const std::vector<double>& samples_ms) {
  Json out = Json::array();
  const std::size_t step = samples_ms.size() / kHistogramSamples + 1;
  for (std::size_t i = 0; i < samples_ms.size(); i += step)
    if (std::isfinite(samples_ms[i])) out.push_back(rounded(samples_ms[i]));
  return out;
}

/// Numbers as the tables print them, so that no chart rounds the same value differently.
Json texts(const StrategyRow& row, const StrategyRow& baseline) {
  Json out{{"size", bytes_text(static_cast<double>(row.size_bytes))}};
  if (row.accuracy) out["mse"] = significant_text(row.accuracy->mse, 4);
  if (!row.laps.empty()) out["deviation"] = fixed_text(worst_mean_deviation_m(row), 3) + " m";
  const LatencySummary& ms = row.latency_ms;
  if (ms.runs == 0) return out;
  out["p50"] = significant_text(ms.p50, 3) + " ms";
  out["p90"] = significant_text(ms.p90, 3) + " ms";
  out["p99"] = significant_text(ms.p99, 3) + " ms";
  if (&row != &baseline && baseline.latency_ms.p50 > 0 && ms.p50 > 0)
    out["speed"] = fixed_text(baseline.latency_ms.p50 / ms.p50, 2) + "×";
  return out;
}

Json strategy(const StrategyRow& row, const StrategyRow& baseline) {
  Json out{{"name", row.strategy}, {"failed", row.failure.has_value()}};
  if (row.failure) return out;
  out["size"] = row.size_bytes;
  out["mse"] = row.accuracy ? rounded(row.accuracy->mse) : Json(nullptr);
  if (row.latency_ms.runs > 0)
    out["ms"] = {{"p50", rounded(row.latency_ms.p50)},
                 {"p90", rounded(row.latency_ms.p90)},
                 {"p99", rounded(row.latency_ms.p99)}};
  if (!row.laps.empty()) {
    out["deviation"] = rounded(worst_mean_deviation_m(row));
    out["complete"] = completes_all(row);
    if (loses_laps(row, baseline)) out["loses"] = true;
  }
  out["text"] = texts(row, baseline);
  out["samples"] = histogram_samples(row.latency_samples_ms);
  out["tuning"] = epochs(row.fine_tuning);
  return out;
}

Json laps(const TuneResult& result) {
  std::size_t count = 0;
  for (const StrategyRow& row : result.rows) count += row.laps.size();
  const std::size_t max_points = points_per_drive(count);
  Json out = Json::array();
  for (std::size_t s = 0; s < result.rows.size(); ++s)
    for (const LapRow& lap : result.rows[s].laps)
      out.push_back(drive_value(
          {s, lap.circuit, lap.held_out, lap.reverse, std::nullopt, lap.latency, lap.seed, lap.result}, max_points));
  return out;
}

}  // namespace

std::string page_data_json(const TuneResult& result) {
  Json out{{"strategies", Json::array()}, {"circuits", Json::array()}};
  for (const StrategyRow& row : result.rows) out["strategies"].push_back(strategy(row, result.rows.front()));
  for (const CircuitMap& map : result.circuits) out["circuits"].push_back(circuit_value(map));
  out["recommended"] = result.recommendation.strategy.value_or("");
  out["laps"] = laps(result);
  out["training"] = epochs(result.training);
  out["search"] = search_page_data(result);
  out["byLayer"] = layers_page_data(result);
  return out.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace pitlane
