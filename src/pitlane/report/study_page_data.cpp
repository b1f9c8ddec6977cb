#include "pitlane/report/study_page_data.h"

#include <algorithm>

#include "pitlane/report/drive_summary.h"
#include "pitlane/report/study_text.h"
#include "pitlane/report/track_data.h"
#include "pitlane/study/episode_json.h"
#include "pitlane/study/quantity.h"

namespace pitlane {
namespace {

// [mean, low, high]; null without a value.
Json estimate_value(const MeanEstimate& estimate, double unit) {
  if (estimate.values == 0) return nullptr;
  return {rounded(unit * estimate.mean), rounded(unit * estimate.interval.low), rounded(unit * estimate.interval.high)};
}

Json total_value(const StudyTotal& total) {
  Json out{{"s", total.driver},
           {"completion", estimate_value(total.figures[0].estimate, 100)},
           {"deviation", estimate_value(total.figures[1].estimate, 1)}};
  if (!total.latency.empty()) {
    out["latency"] = total.latency;
    out["perturbation"] = total.perturbation;
  }
  return out;
}

Json latencies_value(const StudyGrid& grid) {
  Json out = Json::array();
  for (const StudyLatency& latency : grid.drivers.front().latencies) {
    const std::optional<double> fixed_s = latency.model.fixed_s();
    out.push_back({{"name", latency.name}, {"ms", fixed_s ? Json(milliseconds(*fixed_s)) : Json()}});
  }
  return out;
}

Json drive_value(const StudyResult& result, std::size_t index, std::size_t max_points) {
  const StudyCell& cell = result.cells[index];
  const StudyDriver& driver = result.grid.drivers[cell.driver];
  const Course& course = driver.courses[cell.course];
  const EpisodeResult& e = *result.outcomes[index].episode;
  Json out{{"s", cell.driver},
           {"circuit", course.circuit},
           {"held", course.held_out},
           {"reverse", course.reverse},
           {"perturbation", course.perturbation},
           {"latency", driver.latencies[cell.latency].name},
           {"seed", std::to_string(cell.seed)},  // A script's numbers end at 2^53.
           {"done", e.completed},
           {"end", episode_end_name(e.end)},
           {"mean", fixed_text(e.deviation.mean, 3)},
           {"max", fixed_text(e.deviation.max, 2)}};
  add_path(out, e.trajectory, max_points);
  return out;
}

bool is_drawn(const CellOutcome& outcome) { return outcome.episode && !outcome.episode->trajectory.empty(); }

Json drives_value(const StudyResult& result) {
  const auto count = std::count_if(result.outcomes.begin(), result.outcomes.end(), is_drawn);
  const std::size_t max_points = points_per_drive(static_cast<std::size_t>(count));
  Json out = Json::array();
  for (std::size_t i = 0; i < result.cells.size(); ++i)
    if (is_drawn(result.outcomes[i])) out.push_back(drive_value(result, i, max_points));
  return out;
}

Json circuits_value(const StudyGrid& grid) {
  Json out = Json::array();
  for (const Course& course : grid.drivers.front().courses) {
    const bool there =
        std::any_of(out.begin(), out.end(), [&](const Json& circuit) { return circuit["name"] == course.circuit; });
    if (there || course.map.line.empty()) continue;
    Json circuit = circuit_value(course.map);
    circuit["name"] = course.circuit;
    out.push_back(std::move(circuit));
  }
  return out;
}

}  // namespace

std::string study_page_data(const StudyResult& result, const std::vector<StudyTotal>& totals,
                            const std::vector<StudyTotal>& conditions) {
  Json out{{"strategies", Json::array()}, {"totals", Json::array()}, {"conditions", Json::array()}};
  for (std::size_t i = 0; i < result.grid.drivers.size(); ++i)
    out["strategies"].push_back({{"name", driver_label(result.grid, i)}, {"failed", false}});
  for (const StudyTotal& total : totals) out["totals"].push_back(total_value(total));
  for (const StudyTotal& total : conditions) out["conditions"].push_back(total_value(total));
  out["latencies"] = latencies_value(result.grid);
  out["circuits"] = circuits_value(result.grid);
  out["laps"] = drives_value(result);
  return out.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace pitlane
