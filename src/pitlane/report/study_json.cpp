#include <algorithm>
#include <numeric>
#include <vector>

#include "pitlane/core/version.h"
#include "pitlane/measure/percentile.h"
#include "pitlane/report/drive_figures.h"
#include "pitlane/report/drive_summary.h"
#include "pitlane/report/json_values.h"
#include "pitlane/report/published.h"
#include "pitlane/report/study_report.h"
#include "pitlane/study/decision_times.h"
#include "pitlane/study/study_latency.h"
#include "pitlane/study/study_pairs.h"
#include "pitlane/study/study_totals.h"

namespace pitlane {
namespace {

// Drives under measured latency follow from the profile, so its numbers are inputs here and no timing of this run.
Json latency_entry(const StudyLatency& latency) {
  Json out{{"latency", latency.name}};
  if (latency.profile_s.empty()) return out;
  std::vector<double> sorted = latency.profile_s;
  std::sort(sorted.begin(), sorted.end());
  out["samples"] = sorted.size();
  for (const auto& [name, share] : {std::pair{"p50_ms", 0.5}, {"p90_ms", 0.9}, {"p99_ms", 0.99}})
    out[name] = 1e3 * percentile(sorted, share);
  out["key"] = latency.key;
  return out;
}

Json published_entry(const StudyDriver& driver) {
  Json out = Json::array();
  for (const PublishedRow& row : published_rows_of(driver.family, driver.strategy))
    out.push_back({{"framework", row.framework},
                   {"strategy", row.strategy},
                   {"size_bytes", row.size_mib * (1 << 20)},
                   {"mse", row.mse},
                   {"inference_ms", row.inference_ms},
                   {"defect", row.defect}});
  return out;
}

Json driver_entry(const StudyDriver& driver) {
  Json out{{"network", driver.name}, {"runtime", driver.runtime}};
  if (!driver.file.empty()) {
    out["file"] = driver.file;
    out["network_hash"] = driver.network_hash;
    out["size_bytes"] = driver.size_bytes;
    out["family"] = driver.family;
    out["strategy"] = driver.strategy;
    out["published"] = published_entry(driver);
    out["published_driving"] = published_drives_value(published_drives_of(driver.family, driver.strategy));
  }
  out["latencies"] = Json::array();
  for (const StudyLatency& latency : driver.latencies) out["latencies"].push_back(latency_entry(latency));
  return out;
}

Json estimate_entry(const MeanEstimate& e) {
  if (e.values == 0) return {};
  return {{"mean", e.mean}, {"low", e.interval.low}, {"high", e.interval.high}, {"values", e.values}};
}

Json figure_entry(const StudyFigure& figure, bool is_first) {
  Json out = estimate_entry(figure.estimate);
  if (figure.estimate.values == 0 || is_first || figure.pairs == 0) return out;
  out["pairs"] = figure.pairs;
  out["mean_difference"] = figure.mean_difference;
  out["p_value"] = figure.p_value;
  return out;
}

Json total_entry(const StudyResult& result, const StudyTotal& total) {
  const StudyDriver& driver = result.grid.drivers[total.driver];
  Json out{{"network", driver.name}, {"runtime", driver.runtime}};
  if (!total.latency.empty()) {
    out["latency"] = total.latency;
    out["perturbation"] = total.perturbation;
  }
  if (!total.course.empty()) out["course"] = total.course;
  out["cells"] = total.cells;
  out["completed"] = total.completed;
  out["failed"] = total.failed;
  if (total.missing > 0) out["missing"] = total.missing;
  for (std::size_t i = 0; i < kStudyFigures.size(); ++i)
    out[kStudyFigures[i]] = figure_entry(total.figures[i], total.driver == 0);
  for (std::size_t i = 0; i < total.more.size(); ++i) out[kMoreStudyFigures[i]] = estimate_entry(total.more[i]);
  return out;
}

Json pair_entry(const StudyGrid& grid, const StudyPair& pair) {
  Json out{{"network", grid.drivers[pair.driver].name},
           {"runtime", grid.drivers[pair.driver].runtime},
           {"other_network", grid.drivers[pair.other].name},
           {"other_runtime", grid.drivers[pair.other].runtime}};
  for (std::size_t f = 0; f < kStudyFigures.size(); ++f) {
    const StudyDifference& figure = pair.figures[f];
    out[kStudyFigures[f]] = figure.pairs == 0 ? Json()
                                              : Json{{"pairs", figure.pairs},
                                                     {"mean_difference", figure.mean_difference},
                                                     {"p_value", figure.p_value},
                                                     {"p_value_holm", pair.corrected_p[f]}};
  }
  return out;
}

Json limit_entry(const StudyGrid& grid, const StudyLatencyLimit& limit) {
  const auto ms = [](const std::optional<double>& seconds) { return seconds ? Json(milliseconds(*seconds)) : Json(); };
  return {{"network", grid.drivers[limit.driver].name},
          {"runtime", grid.drivers[limit.driver].runtime},
          {"perturbation", limit.perturbation},
          {"completes_up_to_ms", ms(limit.completes_s)},
          {"first_failure_ms", ms(limit.fails_s)}};
}

Json recommendation_entry(const StudyResult& result) {
  const StudyRecommendation& r = result.recommendation;
  Json out{{"network", nullptr}, {"runtime", nullptr}, {"reasons", r.reasons}};
  if (!r.driver) return out;
  out["network"] = result.grid.drivers[*r.driver].name;
  out["runtime"] = result.grid.drivers[*r.driver].runtime;
  return out;
}

// What depends on the clock, of the study as a whole.
Json timing_entry(const StudyResult& result) {
  const DecisionTimes times = decision_times(result);
  Json out{{"machine", times.machine}, {"decisions", Json::array()}, {"machines", Json::array()}};
  for (std::size_t i = 0; i < result.grid.drivers.size(); ++i) {
    const std::vector<double>& sorted = times.by_driver_s[i];
    if (sorted.empty()) continue;
    Json one{{"network", result.grid.drivers[i].name},
             {"runtime", result.grid.drivers[i].runtime},
             {"decisions", sorted.size()}};
    for (const auto& [name, share] : {std::pair{"p50_ms", 0.5}, {"p90_ms", 0.9}, {"p99_ms", 0.99}})
      one[name] = 1e3 * percentile(sorted, share);
    out["decisions"].push_back(std::move(one));
  }
  for (const MachineCells& machine : study_machines(result))
    out["machines"].push_back(
        {{"machine", machine.machine},
         {"cells", std::accumulate(machine.by_driver.begin(), machine.by_driver.end(), std::size_t{0})}});
  if (!result.recommendation.reasons.empty()) out["recommendation"] = recommendation_entry(result);
  return out;
}

Json cell_entry(const StudyResult& result, std::size_t index, Timing timing) {
  const StudyCell& cell = result.cells[index];
  const StudyDriver& driver = result.grid.drivers[cell.driver];
  const Course& course = driver.courses[cell.course];
  const CellOutcome& outcome = result.outcomes[index];
  Json out{{"network", driver.name},
           {"runtime", driver.runtime},
           {"circuit", course.circuit},
           {"held_out", course.held_out},
           {"reverse", course.reverse},
           {"perturbation", course.perturbation},
           {"latency", driver.latencies[cell.latency].name},
           {"repetition", cell.repetition + 1},
           {"seed", cell.seed},
           {"key", cell.key}};
  if (!outcome.episode) {
    out["completed"] = false;
    out["failure"] = outcome.failure.empty() ? "not driven yet" : outcome.failure;
    return out;
  }
  out.update(episode_value(*outcome.episode));
  if (timing == Timing::kLeftOut) {
    out.erase("timing");
  } else {
    out["timing"]["machine"] = outcome.origin.machine;
    out["timing"]["code"] = outcome.origin.code;
  }
  return out;
}

}  // namespace

std::string study_json(const StudyResult& result, Timing timing) {
  return study_json(result, compare_study(result), timing);
}

std::string study_json(const StudyResult& result, const StudyComparisons& compared, Timing timing) {
  const StudyGrid& grid = result.grid;
  Json out{{"study",
            {{"name", grid.name},
             {"repetitions", grid.repetitions},
             {"laps", grid.laps},
             {"seed", grid.seed},
             {"timeout_s", grid.timeout_s},
             {"off_road_limit_m", grid.off_road_limit_m},
             {"cells", result.cells.size()},
             {"driving_score_version", kDrivingScoreVersion},
             {"version", kVersion}}},
           {"drivers", Json::array()},
           {"totals", Json::array()}};
  for (const auto& [perturbation, name] : grid.perturbation_names)
    out["study"]["perturbations"].push_back({{"name", name}, {"perturbation", perturbation}});
  for (const StudyDriver& driver : grid.drivers) out["drivers"].push_back(driver_entry(driver));
  for (const StudyTotal& total : compared.totals) out["totals"].push_back(total_entry(result, total));
  for (const StudyPair& pair : compared.pairs) out["pairs"].push_back(pair_entry(grid, pair));
  for (const StudyTotal& total : compared.conditions) out["conditions"].push_back(total_entry(result, total));
  for (const StudyTotal& total : compared.courses) out["courses"].push_back(total_entry(result, total));
  for (const StudyLatencyLimit& limit : study_latency_limits(result))
    out["latency_limits"].push_back(limit_entry(grid, limit));
  if (timing == Timing::kIncluded)
    out["timing"] = timing_entry(result);
  else if (!result.recommendation.reasons.empty())
    out["recommendation"] = recommendation_entry(result);
  out["cells"] = Json::array();
  for (std::size_t i = 0; i < result.cells.size(); ++i) out["cells"].push_back(cell_entry(result, i, timing));
  return document(out);
}

}  // namespace pitlane
