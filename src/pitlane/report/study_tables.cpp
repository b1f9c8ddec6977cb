#include "pitlane/report/study_tables.h"

#include <algorithm>

#include "pitlane/measure/percentile.h"
#include "pitlane/report/drive_figures.h"
#include "pitlane/report/html_escape.h"
#include "pitlane/report/html_parts.h"
#include "pitlane/report/study_text.h"
#include "pitlane/study/quantity.h"

namespace pitlane {
namespace {

constexpr std::size_t kMostRows = 5'000;

std::string driver_head(const StudyGrid& grid, std::size_t driver) {
  return "<th scope=\"row\"><span class=\"dot\" style=\"--c:var(--s" + std::to_string(driver % 8) +
         ")\"></span><span class=\"name\">" + html_escape(grid.drivers[driver].name) + "</span></th>";
}

std::string figure_cell(const StudyFigure& figure, int decimals, bool is_first) {
  if (figure.estimate.values == 0) return "<td>–</td>";
  std::string out = "<td>" + fixed_text(figure.estimate.mean, decimals) + "<br><span class=\"interval\">" +
                    interval_text(figure.estimate, decimals);
  if (!is_first && figure.pairs > 0) out += "<br>" + html_escape(p_value_text(figure.p_value));
  return out + "</span></td>";
}

std::string decision_cell(const std::vector<double>& sorted_s) {
  if (sorted_s.empty()) return "<td>–</td>";
  return "<td>" + significant_text(1e3 * percentile(sorted_s, 0.5), 3) + "<br><span class=\"interval\">p99 " +
         significant_text(1e3 * percentile(sorted_s, 0.99), 3) + "</span></td>";
}

std::string total_row_html(const StudyResult& result, const StudyTotal& total, const DecisionTimes* times) {
  const StudyDriver& driver = result.grid.drivers[total.driver];
  std::string out =
      "<tr>" + driver_head(result.grid, total.driver) + text_cell(driver.file.empty() ? "–" : driver.runtime, "text");
  if (!total.course.empty()) out += text_cell(total.course, "text");
  if (!total.latency.empty())
    out += text_cell(total.latency, "text") + text_cell(perturbation_name(result.grid, total.perturbation), "text");
  out += text_cell(driven_text(total), total.completed == total.cells ? "good" : "bad");
  for (std::size_t i = 0; i < kStudyFigures.size(); ++i)
    out += figure_cell(total.figures[i], kStudyDecimals[i], total.driver == 0);
  if (times) out += decision_cell(times->by_driver_s[total.driver]);
  return out + "</tr>\n";
}

// What the filters compare, as data-KEY.
std::string row_start(const StudyResult& result, std::size_t index) {
  const StudyCell& cell = result.cells[index];
  const StudyDriver& driver = result.grid.drivers[cell.driver];
  const Course& course = driver.courses[cell.course];
  const CellOutcome& outcome = result.outcomes[index];
  const auto key = [](const char* name, const std::string& value) {
    return std::string(" data-") + name + "=\"" + html_escape(value) + "\"";
  };
  return "<tr" + key("strategy", driver_label(result.grid, cell.driver)) + key("circuit", course.circuit) +
         key("direction", course.reverse ? "reverse" : "forward") +
         key("perturbation", perturbation_name(result.grid, course.perturbation)) +
         key("latency", driver.latencies[cell.latency].name) +
         key("done", outcome.episode && outcome.episode->completed ? "1" : "0") + ">";
}

// Its number in the list of machines.
std::string machine_cell(const std::vector<MachineCells>& machines, const CellOutcome& outcome) {
  if (!outcome.episode) return "<td>–</td>";
  const auto found = std::find_if(machines.begin(), machines.end(),
                                  [&](const MachineCells& m) { return m.machine == outcome.origin.machine; });
  return text_cell(std::to_string(1 + (found - machines.begin())));
}

std::string numbers_of(const CellOutcome& outcome) {
  if (!outcome.episode) return "<td>–</td><td>–</td><td>–</td><td>–</td><td>–</td>";
  const EpisodeResult& e = *outcome.episode;
  return text_cell(e.lap_time_s > 0 ? fixed_text(e.lap_time_s, 2) : "–") +
         text_cell(fixed_text(e.average_speed_mps, 2)) + text_cell(fixed_text(e.deviation.mean, 3)) +
         text_cell(fixed_text(e.deviation.max, 2)) + text_cell(fixed_text(e.driving_score, 1));
}

std::string cell_row(const StudyResult& result, std::size_t index, const std::vector<MachineCells>& machines) {
  const StudyCell& cell = result.cells[index];
  const StudyDriver& driver = result.grid.drivers[cell.driver];
  const Course& course = driver.courses[cell.course];
  const CellOutcome& outcome = result.outcomes[index];
  std::string out = row_start(result, index) + "<th scope=\"row\"><span class=\"name\">" +
                    html_escape(driver_label(result.grid, cell.driver)) + "</span></th>";
  out += "<td class=\"text\">" + html_escape(course.circuit) +
         (course.held_out ? " <span class=\"badge\">not trained on</span>" : "") + "</td>";
  for (const std::string& text :
       {std::string(course.reverse ? "reverse" : "forward"), perturbation_name(result.grid, course.perturbation),
        driver.latencies[cell.latency].name})
    out += text_cell(text, "text");
  const bool done = outcome.episode && outcome.episode->completed;
  out += text_cell(outcome_text(outcome), done ? "text good" : "text bad end") + text_cell(std::to_string(cell.seed));
  out += numbers_of(outcome);
  if (machines.size() > 1) out += machine_cell(machines, outcome);
  return out + "</tr>\n";
}

}  // namespace

std::string totals_table_html(const StudyResult& result, const std::vector<StudyTotal>& totals,
                              const std::vector<std::string>& cases, const DecisionTimes* times) {
  std::vector<std::string> titles{"Network", "Runtime"};
  titles.insert(titles.end(), cases.begin(), cases.end());
  titles.insert(titles.end(), {"Completed", "Share", "Mean deviation, m", "Lap time, s", "Driving score"});
  if (times) titles.emplace_back("Decision, ms");
  std::string body;
  for (const StudyTotal& total : totals) body += total_row_html(result, total, times);
  return scrolling_table(cases.empty() ? "Totals" : "Totals by " + cases.front(), titles, body,
                         cases.empty() ? "totals" : "by-" + cases.front(), 2 + cases.size());
}

std::string cells_table_html(const StudyResult& result, const std::vector<MachineCells>& machines) {
  std::string tools, rows;
  for (const auto& [key, label] : {std::pair{"strategy", "Network"},
                                   {"circuit", "Circuit"},
                                   {"direction", "Direction"},
                                   {"perturbation", "Perturbation"},
                                   {"latency", "Latency"}})
    tools += std::string("<label class=\"tool\">") + label + " <select id=\"lap-" + key + "\"></select></label>";
  const std::size_t count = std::min(result.cells.size(), kMostRows);
  for (std::size_t i = 0; i < count; ++i) rows += cell_row(result, i, machines);
  std::string out = "<div class=\"controls\">" + tools +
                    "<label class=\"tool\"><input type=\"checkbox\" id=\"lap-failed\"> only those not completed</label>"
                    "<span class=\"quiet small\" id=\"lap-count\" role=\"status\"></span></div>";
  std::vector<std::string> titles{"Network", "Circuit", "Direction",  "Perturbation", "Latency", "End",
                                  "Seed",    "Lap, s",  "Speed, m/s", "Mean, m",      "Max, m",  "Score"};
  if (machines.size() > 1) titles.emplace_back("Machine");
  out += scrolling_table("All drives", titles, rows, "laps", 6);
  out += "<p class=\"quiet small\">Score: the driving score. " + std::string(kDrivingScoreWords) + "</p>";
  if (count < result.cells.size())
    out += "<p class=\"quiet small\">The first " + count_text(static_cast<std::int64_t>(count)) + " of " +
           count_text(static_cast<std::int64_t>(result.cells.size())) +
           " drives; <code>study.csv</code> has them all.</p>";
  return out;
}

}  // namespace pitlane
