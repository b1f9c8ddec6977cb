#include "pitlane/report/drive_figures.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <numeric>
#include <string>

#include "pitlane/measure/percentile.h"
#include "pitlane/study/episode_json.h"

namespace pitlane {
namespace {

using Episode = EpisodeResult;

constexpr double kUnknown = std::numeric_limits<double>::quiet_NaN();

double decision_ms(const Episode& e, double share) {
  if (e.decide_s.empty()) return kUnknown;
  std::vector<double> sorted = e.decide_s;
  std::sort(sorted.begin(), sorted.end());
  return 1e3 * percentile(sorted, share);
}

double mean_decision_s(const Episode& e) {
  if (e.decide_s.empty()) return kUnknown;
  return std::accumulate(e.decide_s.begin(), e.decide_s.end(), 0.0) / static_cast<double>(e.decide_s.size());
}

constexpr std::array kFigures{
    DriveFigure{"driving_score", "Driving score", 1, [](const Episode& e) { return e.driving_score; }},
    DriveFigure{"circuit_length_m", "Circuit, m", 1, [](const Episode& e) { return e.circuit_length_m; }},
    DriveFigure{"completed_distance_m", "Completed, m", 1, [](const Episode& e) { return e.completed_distance_m; }},
    DriveFigure{"effective_completed_distance_m", "Effective distance, m", 1,
                [](const Episode& e) { return e.effective_completed_distance_m; }},
    DriveFigure{"percentage_completed", "Completed, %", 1, [](const Episode& e) { return e.percentage_completed; }},
    DriveFigure{"distance_m", "Driven, m", 1, [](const Episode& e) { return e.distance_m; }},
    DriveFigure{"average_speed_mps", "Mean speed, m/s", 2, [](const Episode& e) { return e.average_speed_mps; }},
    DriveFigure{"min_speed_mps", "Smallest speed, m/s", 2, [](const Episode& e) { return e.speed_mps.min; }},
    DriveFigure{"max_speed_mps", "Largest speed, m/s", 2, [](const Episode& e) { return e.speed_mps.max; }},
    DriveFigure{"simulated_s", "Simulated, s", 2, [](const Episode& e) { return e.simulated_s; }},
    DriveFigure{"off_road_s", "Off-road, s", 2, [](const Episode& e) { return e.off_road_s; }},
    DriveFigure{"line_lost_s", "Line lost, s", 2, [](const Episode& e) { return e.line_lost_s; }},
    DriveFigure{"wrong_way_s", "Wrong way, s", 2, [](const Episode& e) { return e.wrong_way_s; }},
    DriveFigure{"deviation_m_mean", "Mean deviation, m", 3, [](const Episode& e) { return e.deviation.mean; }},
    DriveFigure{"deviation_m_rmse", "RMSE, m", 3, [](const Episode& e) { return e.deviation.rmse; }},
    DriveFigure{"deviation_m_p95", "p95, m", 3, [](const Episode& e) { return e.deviation.p95; }},
    DriveFigure{"deviation_m_max", "Max, m", 3, [](const Episode& e) { return e.deviation.max; }},
    DriveFigure{"deviation_m_total", "Total deviation, m", 1, [](const Episode& e) { return e.deviation.total; }},
    DriveFigure{"bm_compat_position_deviation_mae", "Deviation as BehaviorMetrics prints it", 2,
                [](const Episode& e) { return e.deviation.bm_compat; }},
    DriveFigure{"suddenness_v_mps", "Suddenness of v, m/s", 4, [](const Episode& e) { return e.suddenness.v_mps; }},
    DriveFigure{"suddenness_w_radps", "Suddenness of w, rad/s", 4,
                [](const Episode& e) { return e.suddenness.w_radps; }},
    DriveFigure{"frame_age_ms_mean", "Frame age, mean ms", 1,
                [](const Episode& e) { return 1e3 * e.frame_age.mean_s; }},
    DriveFigure{"frame_age_ms_p95", "Frame age, p95 ms", 1, [](const Episode& e) { return 1e3 * e.frame_age.p95_s; }},
    DriveFigure{"frame_age_ms_max", "Frame age, max ms", 1, [](const Episode& e) { return 1e3 * e.frame_age.max_s; }},
    DriveFigure{"decisions_hz", "Decisions, Hz", 2, [](const Episode& e) { return e.decisions_hz; }},
    DriveFigure{"target_frequency_reached", "Target rate reached, %", 1,
                [](const Episode& e) { return e.target_frequency_reached; }}};

constexpr std::array kTiming{
    DriveFigure{"timing_wall_s", "Wall clock, s", 3, [](const Episode& e) { return e.wall_s; }},
    DriveFigure{"timing_real_time_factor", "Real-time factor", 1,
                [](const Episode& e) { return e.wall_s > 0 ? e.simulated_s / e.wall_s : kUnknown; }},
    DriveFigure{"timing_inference_ms", "Decision, mean ms", 3,
                [](const Episode& e) { return 1e3 * mean_decision_s(e); }},
    DriveFigure{"timing_iteration_hz", "Iterations, Hz", 0, [](const Episode& e) { return 1 / mean_decision_s(e); }},
    DriveFigure{"timing_latency_ms_p50", "Decision, p50 ms", 3, [](const Episode& e) { return decision_ms(e, 0.5); }},
    DriveFigure{"timing_latency_ms_p90", "Decision, p90 ms", 3, [](const Episode& e) { return decision_ms(e, 0.9); }},
    DriveFigure{"timing_latency_ms_p99", "Decision, p99 ms", 3, [](const Episode& e) { return decision_ms(e, 0.99); }}};

void add_titles(CsvLine& line, std::span<const DriveFigure> figures) {
  for (const DriveFigure& figure : figures) line.add(std::string_view(figure.name));
}

}  // namespace

std::span<const DriveFigure> drive_figures() { return kFigures; }
std::span<const DriveFigure> timing_figures() { return kTiming; }

void add_drive_titles(CsvLine& line) {
  for (const char* name : {"completed", "end", "failure", "lap_time_s", "collisions", "frames_used", "frames_skipped"})
    line.add(std::string_view(name));
  add_titles(line, kFigures);
  line.add(std::string_view("driving_score_version"));
}

void add_drive(CsvLine& line, const EpisodeResult& e) {
  line.add(std::string_view(e.completed ? "yes" : "no")).add(std::string_view(episode_end_name(e.end))).add(e.failure);
  line.add_if(e.lap_time_s > 0, e.lap_time_s);
  for (const int count : {e.collisions, e.frames_used, e.frames_skipped}) line.add(std::to_string(count));
  for (const DriveFigure& figure : kFigures) line.add(figure.value(e));
  line.add(std::string_view(kDrivingScoreVersion));
}

void add_timing_titles(CsvLine& line) { add_titles(line, kTiming); }

void add_timing(CsvLine& line, const EpisodeResult& e) {
  for (const DriveFigure& figure : kTiming) line.add(figure.value(e));  // NaN leaves the field empty
}

}  // namespace pitlane
