#include <algorithm>
#include <array>
#include <numeric>
#include <string>
#include <vector>

#include "pitlane/measure/percentile.h"
#include "pitlane/report/csv_line.h"
#include "pitlane/report/study_report.h"
#include "pitlane/study/episode_json.h"

namespace pitlane {
namespace {

struct Column {
  const char* name;
  double (*value)(const EpisodeResult&);
};

constexpr std::array kColumns{
    Column{"driving_score", [](const EpisodeResult& e) { return e.driving_score; }},
    Column{"circuit_length_m", [](const EpisodeResult& e) { return e.circuit_length_m; }},
    Column{"completed_distance_m", [](const EpisodeResult& e) { return e.completed_distance_m; }},
    Column{"effective_completed_distance_m", [](const EpisodeResult& e) { return e.effective_completed_distance_m; }},
    Column{"percentage_completed", [](const EpisodeResult& e) { return e.percentage_completed; }},
    Column{"distance_m", [](const EpisodeResult& e) { return e.distance_m; }},
    Column{"average_speed_mps", [](const EpisodeResult& e) { return e.average_speed_mps; }},
    Column{"min_speed_mps", [](const EpisodeResult& e) { return e.speed_mps.min; }},
    Column{"max_speed_mps", [](const EpisodeResult& e) { return e.speed_mps.max; }},
    Column{"simulated_s", [](const EpisodeResult& e) { return e.simulated_s; }},
    Column{"off_road_s", [](const EpisodeResult& e) { return e.off_road_s; }},
    Column{"line_lost_s", [](const EpisodeResult& e) { return e.line_lost_s; }},
    Column{"wrong_way_s", [](const EpisodeResult& e) { return e.wrong_way_s; }},
    Column{"deviation_m_mean", [](const EpisodeResult& e) { return e.deviation.mean; }},
    Column{"deviation_m_rmse", [](const EpisodeResult& e) { return e.deviation.rmse; }},
    Column{"deviation_m_p95", [](const EpisodeResult& e) { return e.deviation.p95; }},
    Column{"deviation_m_max", [](const EpisodeResult& e) { return e.deviation.max; }},
    Column{"deviation_m_total", [](const EpisodeResult& e) { return e.deviation.total; }},
    Column{"bm_compat_position_deviation_mae", [](const EpisodeResult& e) { return e.deviation.bm_compat; }},
    Column{"suddenness_v_mps", [](const EpisodeResult& e) { return e.suddenness.v_mps; }},
    Column{"suddenness_w_radps", [](const EpisodeResult& e) { return e.suddenness.w_radps; }},
    Column{"frame_age_ms_mean", [](const EpisodeResult& e) { return 1e3 * e.frame_age.mean_s; }},
    Column{"frame_age_ms_p95", [](const EpisodeResult& e) { return 1e3 * e.frame_age.p95_s; }},
    Column{"frame_age_ms_max", [](const EpisodeResult& e) { return 1e3 * e.frame_age.max_s; }},
    Column{"decisions_hz", [](const EpisodeResult& e) { return e.decisions_hz; }},
    Column{"target_frequency_reached", [](const EpisodeResult& e) { return e.target_frequency_reached; }}};

std::string header(Timing timing) {
  CsvLine line;
  for (const char* name :
       {"network", "runtime", "circuit", "held_out", "reverse", "perturbation", "latency", "repetition", "seed",
        "completed", "end", "failure", "lap_time_s", "collisions", "frames_used", "frames_skipped"})
    line.add(std::string_view(name));
  for (const Column& column : kColumns) line.add(std::string_view(column.name));
  if (timing == Timing::kIncluded)
    for (const char* name : {"timing_wall_s", "timing_inference_ms", "timing_latency_ms_p50", "timing_latency_ms_p99",
                             "timing_machine", "timing_code"})
      line.add(std::string_view(name));
  return line.end();
}

void add_timing(CsvLine& line, const EpisodeResult& e, const CellOrigin& origin) {
  std::vector<double> sorted = e.decide_s;
  std::sort(sorted.begin(), sorted.end());
  const bool timed = !sorted.empty();
  const double sum = std::accumulate(sorted.begin(), sorted.end(), 0.0);
  line.add(e.wall_s).add_if(timed, timed ? 1e3 * sum / static_cast<double>(sorted.size()) : 0);
  for (const double share : {0.5, 0.99}) line.add_if(timed, timed ? 1e3 * percentile(sorted, share) : 0);
  line.add(origin.machine).add(origin.code);
}

std::string_view yes_or_no(bool value) { return value ? "yes" : "no"; }

std::string cell_line(const StudyResult& result, std::size_t index, Timing timing) {
  const StudyCell& cell = result.cells[index];
  const StudyDriver& driver = result.grid.drivers[cell.driver];
  const Course& course = driver.courses[cell.course];
  const CellOutcome& outcome = result.outcomes[index];
  const bool driven = outcome.episode.has_value();
  const EpisodeResult e = driven ? *outcome.episode : EpisodeResult{};
  CsvLine line;
  line.add(driver.name).add(driver.runtime).add(course.circuit).add(yes_or_no(course.held_out));
  line.add(yes_or_no(course.reverse)).add(course.perturbation).add(driver.latencies[cell.latency].name);
  line.add(static_cast<std::int64_t>(cell.repetition + 1)).add(std::to_string(cell.seed));
  line.add(yes_or_no(e.completed)).add(std::string_view(driven ? episode_end_name(e.end) : "not_driven"));
  line.add(driven ? e.failure : outcome.failure).add_if(e.lap_time_s > 0, e.lap_time_s);
  for (const int count : {e.collisions, e.frames_used, e.frames_skipped})
    line.add(driven ? std::to_string(count) : std::string());
  for (const Column& column : kColumns) line.add_if(driven, column.value(e));
  if (timing == Timing::kIncluded) add_timing(line, e, outcome.origin);
  return line.end();
}

}  // namespace

std::string study_csv(const StudyResult& result, Timing timing) {
  std::string out = header(timing);
  for (std::size_t i = 0; i < result.cells.size(); ++i) out += cell_line(result, i, timing);
  return out;
}

}  // namespace pitlane
