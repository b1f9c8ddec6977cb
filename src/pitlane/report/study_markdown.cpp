#include <algorithm>
#include <string>
#include <vector>

#include "pitlane/report/drive_figures.h"
#include "pitlane/report/markdown_table.h"
#include "pitlane/report/study_comparisons_html.h"
#include "pitlane/report/study_report.h"
#include "pitlane/report/study_text.h"
#include "pitlane/study/quantity.h"
#include "pitlane/study/study_totals.h"

namespace pitlane {
namespace {

constexpr std::size_t kMostListed = 50;

using Row = MarkdownRow;

// Which total of the driver it is.
std::vector<std::string> case_of(const StudyGrid& grid, const StudyTotal& total) {
  if (!total.course.empty()) return {markdown_text(total.course)};
  if (!total.latency.empty())
    return {markdown_text(total.latency), markdown_text(perturbation_name(grid, total.perturbation))};
  return {};
}

Row total_row(const StudyResult& result, const StudyTotal& total) {
  const StudyDriver& driver = result.grid.drivers[total.driver];
  Row row{markdown_text(driver.name), driver.file.empty() ? "-" : markdown_text(driver.runtime)};
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
  return markdown_table(rows);
}

std::string more_totals_table(const StudyResult& result, const std::vector<StudyTotal>& totals) {
  std::vector<Row> rows{{"network", "runtime"}};
  rows.front().insert(rows.front().end(), kMoreStudyFigures.begin(), kMoreStudyFigures.end());
  for (const StudyTotal& total : totals) {
    const StudyDriver& driver = result.grid.drivers[total.driver];
    Row row{markdown_text(driver.name), driver.file.empty() ? "-" : markdown_text(driver.runtime)};
    for (std::size_t i = 0; i < total.more.size(); ++i)
      row.push_back(total.more[i].values == 0 ? "-"
                                              : fixed_text(total.more[i].mean, kMoreStudyDecimals[i]) + " " +
                                                    interval_text(total.more[i], kMoreStudyDecimals[i]));
    rows.push_back(std::move(row));
  }
  return "\n## More totals\n\nDeviations and speed of completed drives, the others of all that were driven.\n\n" +
         markdown_table(rows);
}

std::string pairs_table(const StudyResult& result, const std::vector<StudyPair>& pairs) {
  if (pairs.size() < 2) return "";  // one pair stands in the totals
  std::vector<Row> rows{{"network", "less", "share", "mean deviation m", "lap time s", "driving score"}};
  for (const StudyPair& pair : pairs) {
    Row row{markdown_text(driver_label(result.grid, pair.driver)),
            markdown_text(driver_label(result.grid, pair.other))};
    for (std::size_t f = 0; f < kStudyFigures.size(); ++f)
      row.push_back(pair.figures[f].pairs == 0 ? "-"
                                               : fixed_text(pair.figures[f].mean_difference, kStudyDecimals[f]) + ", " +
                                                     p_value_text(pair.corrected_p[f]));
    rows.push_back(std::move(row));
  }
  return "\n## Every pair\n\nMean differences on the same drives; p: paired test, corrected for " +
         compared_pairs_text(pairs) + " by Holm's method, each column for itself.\n\n" + markdown_table(rows);
}

std::string perturbed_table(const StudyResult& result) {
  const std::vector<std::string> names = study_perturbations(result.grid);
  if (names.size() < 2) return "";
  std::vector<Row> rows{{"network"}};
  for (const std::string& name : names) rows.front().push_back(markdown_text(perturbation_name(result.grid, name)));
  const std::vector<std::vector<PerturbedShare>> shares = perturbed_shares(result);
  for (std::size_t driver = 0; driver < shares.size(); ++driver) {
    rows.push_back({markdown_text(driver_label(result.grid, driver))});
    for (const PerturbedShare& share : shares[driver])
      rows.back().push_back(share.driven == 0
                                ? "–"
                                : std::to_string(share.completed) + "/" + std::to_string(share.driven) +
                                      (share.completed > 0 ? ", " + fixed_text(share.mean_deviation_m, 3) + " m" : ""));
  }
  return "\n## Robustness\n\nDrives completed / drives, mean deviation of completed ones.\n\n" + markdown_table(rows);
}

std::string incomplete_text(const StudyResult& result) {
  std::string out;
  std::size_t count = 0;
  for (std::size_t i = 0; i < result.cells.size(); ++i) {
    const CellOutcome& outcome = result.outcomes[i];
    if (outcome.episode && outcome.episode->completed) continue;
    if (++count > kMostListed) continue;
    out += "- " + markdown_text(describe(result.grid, result.cells[i])) + ": " + markdown_text(outcome_text(outcome)) +
           "\n";
  }
  if (count > kMostListed) out += "- and " + std::to_string(count - kMostListed) + " more\n";
  return out;
}

std::string recommendation_text(const StudyResult& result) {
  const StudyRecommendation& r = result.recommendation;
  if (r.reasons.empty()) return "";
  std::string out =
      "## Recommendation: " + (r.driver ? markdown_text(driver_label(result.grid, *r.driver)) : std::string("none")) +
      "\n\n";
  for (const std::string& reason : r.reasons) out += markdown_text(reason) + "\n";
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
    rows.push_back({markdown_text(driver.name), driver.file.empty() ? "-" : markdown_text(driver.runtime),
                    markdown_text(perturbation_name(result.grid, limit.perturbation)), text(limit.completes_s),
                    text(limit.fails_s)});
  }
  return "\n## Latency survived\n\n" + markdown_table(rows);
}

}  // namespace

std::string study_markdown(const StudyResult& result) { return study_markdown(result, compare_study(result)); }

std::string study_markdown(const StudyResult& result, const StudyComparisons& compared) {
  const StudyGrid& grid = result.grid;
  std::string out = "# " + (grid.name.empty() ? std::string("Study") : markdown_text(grid.name)) + "\n\n";
  out +=
      extent_text(result) +
      ". In brackets: 95 % intervals; p: paired test against the first row (docs/metrics.md). Deviation and lap time "
      "are of completed drives. " +
      kDrivingScoreWords + "\n\n";
  out += recommendation_text(result) + totals_table(result, compared.totals, {}) +
         more_totals_table(result, compared.totals);
  out += pairs_table(result, compared.pairs) + latency_table(result) + perturbed_table(result);
  if (!compared.conditions.empty())
    out +=
        "\n## By latency and perturbation\n\n" + totals_table(result, compared.conditions, {"latency", "perturbation"});
  if (!compared.courses.empty()) out += "\n## By circuit\n\n" + totals_table(result, compared.courses, {"circuit"});
  if (const std::string incomplete = incomplete_text(result); !incomplete.empty())
    out += "\n## Not completed\n\n" + incomplete;
  return out;
}

}  // namespace pitlane
