#include <algorithm>
#include <string>
#include <vector>

#include "pitlane/core/printable.h"
#include "pitlane/report/study_report.h"
#include "pitlane/report/study_text.h"
#include "pitlane/report/text_width.h"
#include "pitlane/study/quantity.h"
#include "pitlane/study/study_totals.h"

namespace pitlane {
namespace {

constexpr std::size_t kMostListed = 50;

using Row = std::vector<std::string>;

// What the user names may hold what a table would obey.
std::string cell_text(const std::string& text) {
  std::string out;
  for (const char c : printable(text)) out += c == '|' ? "\\|" : std::string(1, c);
  return out;
}

// The first row holds the titles.
std::string table(const std::vector<Row>& rows) {
  std::vector<std::size_t> widths(rows.front().size(), 3);
  for (const Row& row : rows)
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], characters(row[i]));
  std::string out;
  for (const Row& row : rows) {
    for (std::size_t i = 0; i < row.size(); ++i)
      out += (i ? " | " : "| ") + row[i] + std::string(widths[i] - characters(row[i]), ' ');
    out += " |\n";
    if (&row != &rows.front()) continue;
    for (const std::size_t width : widths) out += "|" + std::string(width + 2, '-');
    out += "|\n";
  }
  return out;
}

// Which total of the driver it is.
std::vector<std::string> case_of(const StudyGrid& grid, const StudyTotal& total) {
  if (!total.course.empty()) return {cell_text(total.course)};
  if (!total.latency.empty()) return {cell_text(total.latency), cell_text(perturbation_name(grid, total.perturbation))};
  return {};
}

Row total_row(const StudyResult& result, const StudyTotal& total) {
  const StudyDriver& driver = result.grid.drivers[total.driver];
  Row row{cell_text(driver.name), driver.file.empty() ? "-" : cell_text(driver.runtime)};
  for (std::string& text : case_of(result.grid, total)) row.push_back(std::move(text));
  row.push_back(driven_text(total));
  for (std::size_t i = 0; i < kStudyFigures.size(); ++i)
    row.push_back(figure_text(total.figures[i], kStudyDecimals[i], total.driver == 0));
  return row;
}

// `cases`: titles of what case_of tells.
std::string totals_table(const StudyResult& result, const std::vector<StudyTotal>& totals, const Row& cases) {
  Row titles{"network", "runtime"};
  titles.insert(titles.end(), cases.begin(), cases.end());
  titles.insert(titles.end(), {"completed", "share", "mean deviation m", "lap time s", "driving score"});
  std::vector<Row> rows{titles};
  for (const StudyTotal& total : totals) rows.push_back(total_row(result, total));
  return table(rows);
}

std::string incomplete_text(const StudyResult& result) {
  std::string out;
  std::size_t count = 0;
  for (std::size_t i = 0; i < result.cells.size(); ++i) {
    const CellOutcome& outcome = result.outcomes[i];
    if (outcome.episode && outcome.episode->completed) continue;
    if (++count > kMostListed) continue;
    out += "- " + cell_text(describe(result.grid, result.cells[i])) + ": " + cell_text(outcome_text(outcome)) + "\n";
  }
  if (count > kMostListed) out += "- and " + std::to_string(count - kMostListed) + " more\n";
  return out;
}

std::string recommendation_text(const StudyResult& result) {
  const StudyRecommendation& r = result.recommendation;
  if (r.reasons.empty()) return "";
  std::string out =
      "## Recommendation: " + (r.driver ? cell_text(driver_label(result.grid, *r.driver)) : std::string("none")) +
      "\n\n";
  for (const std::string& reason : r.reasons) out += cell_text(reason) + "\n";
  return out + "\n## Totals\n\n";
}

std::string latency_table(const StudyResult& result) {
  const std::vector<StudyLatencyLimit> limits = study_latency_limits(result);
  if (limits.empty()) return "";
  const auto text = [](const std::optional<double>& seconds) {
    return seconds ? fixed_text(1e3 * *seconds, 0) : std::string("-");
  };
  std::vector<Row> rows{
      {"network", "runtime", "perturbation", "every drive completed up to ms", "first failure at ms"}};
  for (const StudyLatencyLimit& limit : limits) {
    const StudyDriver& driver = result.grid.drivers[limit.driver];
    rows.push_back({cell_text(driver.name), driver.file.empty() ? "-" : cell_text(driver.runtime),
                    cell_text(perturbation_name(result.grid, limit.perturbation)), text(limit.completes_s),
                    text(limit.fails_s)});
  }
  return "\n## Latency survived\n\n" + table(rows);
}

}  // namespace

std::string study_markdown(const StudyResult& result) {
  const StudyGrid& grid = result.grid;
  std::string out = "# " + (grid.name.empty() ? std::string("Study") : cell_text(grid.name)) + "\n\n";
  out +=
      extent_text(result) +
      ". In brackets: 95 % intervals; p: paired test against the first row (docs/metrics.md). Deviation and lap time "
      "are of completed drives.\n\n";
  out += recommendation_text(result) + totals_table(result, study_totals(result), {}) + latency_table(result);
  if (const std::vector<StudyTotal> conditions = study_conditions(result); !conditions.empty())
    out += "\n## By latency and perturbation\n\n" + totals_table(result, conditions, {"latency", "perturbation"});
  if (const std::vector<StudyTotal> courses = study_courses(result); !courses.empty())
    out += "\n## By circuit\n\n" + totals_table(result, courses, {"circuit"});
  if (const std::string incomplete = incomplete_text(result); !incomplete.empty())
    out += "\n## Not completed\n\n" + incomplete;
  return out;
}

}  // namespace pitlane
