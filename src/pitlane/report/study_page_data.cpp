#include "pitlane/report/study_page_data.h"

#include <algorithm>

#include "pitlane/measure/percentile.h"
#include "pitlane/report/drive_summary.h"
#include "pitlane/report/study_text.h"
#include "pitlane/report/track_data.h"
#include "pitlane/study/quantity.h"

namespace pitlane {
namespace {

constexpr std::size_t kHistogramSamples = 2'000;

// [mean, low, high]; null without a value.
Json estimate_value(const MeanEstimate& estimate, double unit) {
  if (estimate.values == 0) return nullptr;
  return {rounded(unit * estimate.mean), rounded(unit * estimate.interval.low), rounded(unit * estimate.interval.high)};
}

Json total_value(const StudyGrid& grid, const StudyTotal& total) {
  Json out{{"s", total.driver},
           {"completion", estimate_value(total.figures[0].estimate, 100)},
           {"deviation", estimate_value(total.figures[1].estimate, 1)}};
  if (!total.latency.empty()) {
    out["latency"] = total.latency;
    out["perturbation"] = perturbation_name(grid, total.perturbation);
  }
  return out;
}

// At most kHistogramSamples, evenly spaced over the sorted times: the shape of the distribution survives.
Json samples_value(const std::vector<double>& sorted_s) {
  Json out = Json::array();
  const std::size_t count = std::min(sorted_s.size(), kHistogramSamples);
  for (std::size_t i = 0; i < count; ++i) out.push_back(rounded(1e3 * sorted_s[i * sorted_s.size() / count]));
  return out;
}

// What the charts of networks draw (page/pareto.js, page/histogram.js); drivers without a network have their name
// alone.
Json driver_value(const StudyView& view, std::size_t driver) {
  const StudyDriver& who = view.result.grid.drivers[driver];
  const StudyTotal& total = view.totals[driver];
  Json out{{"name", driver_label(view.result.grid, driver)}, {"failed", false}};
  if (who.file.empty() || total.cells == total.missing) return out;
  const MeanEstimate &completion = total.figures[0].estimate, &deviation = total.figures[1].estimate;
  out["size"] = who.size_bytes;
  out["lost"] = rounded(100 * (1 - completion.mean));
  Json text{{"size", bytes_text(static_cast<double>(who.size_bytes))},
            {"lost", fixed_text(100 * (1 - completion.mean), 1) + " %"}};
  if (deviation.values > 0) {
    out["deviation"] = rounded(deviation.mean);
    text["deviation"] = metres_text(deviation.mean);
  }
  if (const std::vector<double>& times = view.times.by_driver_s[driver]; !times.empty()) {
    out["ms"] = {{"p50", rounded(1e3 * percentile(times, 0.5))}};
    out["samples"] = samples_value(times);
    text["p50"] = milliseconds_text(1e3 * percentile(times, 0.5));
  }
  out["text"] = std::move(text);
  return out;
}

Json latencies_value(const StudyGrid& grid) {
  Json out = Json::array();
  for (const StudyLatency& latency : grid.drivers.front().latencies) {
    const std::optional<double> at_s = fixed_s(latency);
    out.push_back({{"name", latency.name}, {"ms", at_s ? Json(milliseconds(*at_s)) : Json()}});
  }
  return out;
}

DrawnDrive drawn_cell(const StudyResult& result, std::size_t index) {
  const StudyCell& cell = result.cells[index];
  const StudyDriver& driver = result.grid.drivers[cell.driver];
  const Course& course = driver.courses[cell.course];
  return {cell.driver,
          course.circuit,
          course.held_out,
          course.reverse,
          perturbation_name(result.grid, course.perturbation),
          driver.latencies[cell.latency].name,
          cell.seed,
          *result.outcomes[index].episode};
}

bool is_drawn(const CellOutcome& outcome) { return outcome.episode && !outcome.episode->trajectory.empty(); }

Json drives_value(const StudyResult& result) {
  const auto count = std::count_if(result.outcomes.begin(), result.outcomes.end(), is_drawn);
  const std::size_t max_points = points_per_drive(static_cast<std::size_t>(count));
  Json out = Json::array();
  for (std::size_t i = 0; i < result.cells.size(); ++i)
    if (is_drawn(result.outcomes[i])) out.push_back(drive_value(drawn_cell(result, i), max_points));
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

std::string study_page_data(const StudyView& view) {
  const StudyResult& result = view.result;
  Json out{{"strategies", Json::array()}, {"totals", Json::array()}, {"conditions", Json::array()}};
  for (std::size_t i = 0; i < result.grid.drivers.size(); ++i) out["strategies"].push_back(driver_value(view, i));
  out["words"] = {{"deviation", "Mean deviation, m"}, {"ms", "median decision, ms"}, {"runs", "decisions"}};
  for (const StudyTotal& total : view.totals) out["totals"].push_back(total_value(result.grid, total));
  for (const StudyTotal& total : view.conditions) out["conditions"].push_back(total_value(result.grid, total));
  out["latencies"] = latencies_value(result.grid);
  out["circuits"] = circuits_value(result.grid);
  out["laps"] = drives_value(result);
  return out.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace pitlane
