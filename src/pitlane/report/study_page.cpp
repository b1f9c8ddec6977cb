// study.html: what a study found, for people.
#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include "pitlane/core/version.h"
#include "pitlane/report/all_figures_html.h"
#include "pitlane/report/assets.h"
#include "pitlane/report/drive_figures.h"
#include "pitlane/report/html_escape.h"
#include "pitlane/report/html_parts.h"
#include "pitlane/report/study_comparisons_html.h"
#include "pitlane/report/study_networks_html.h"
#include "pitlane/report/study_page_data.h"
#include "pitlane/report/study_report.h"
#include "pitlane/report/study_summary.h"
#include "pitlane/report/study_tables.h"
#include "pitlane/report/study_text.h"
#include "pitlane/study/quantity.h"

namespace pitlane {
namespace {

std::string summary_tiles(const StudyTotal& total) {
  std::string out =
      tile(std::to_string(total.completed) + " / " + std::to_string(total.cells - total.missing), "drives completed");
  const auto add = [&](std::size_t figure, const char* unit, const char* label) {
    if (const StudyFigure& f = total.figures[figure]; f.estimate.values > 0)
      out += tile(fixed_text(f.estimate.mean, kStudyDecimals[figure]) + unit,
                  prose_html(std::string(label) + " " + interval_text(f.estimate, kStudyDecimals[figure])));
  };
  add(1, " m", "mean deviation");
  add(2, " s", "lap time");
  add(3, "", "driving score (leaderboard 2.0)");
  return "<div class=\"tiles\">" + out + "</div>";
}

std::string summary_html(const StudyResult& result, const std::vector<StudyTotal>& totals) {
  const std::optional<std::size_t> best = best_driver(totals);
  std::string out =
      "<section class=\"pick-box" + std::string(best ? "" : " none") +
      "\" aria-labelledby=\"pick\"><p class=\"kicker\">" + (totals.size() > 1 ? "Who drives best" : "What was driven") +
      "</p><h2 id=\"pick\">" +
      (best || totals.size() == 1 ? html_escape(driver_label(result.grid, best.value_or(0))) : std::string("Nobody")) +
      "</h2>";
  if (best) out += summary_tiles(totals[*best]);
  out += "<div class=\"reasons\">";
  for (const std::string& sentence : study_summary(result, totals)) out += "<p>" + prose_html(sentence) + "</p>";
  return out + "</div></section>\n";
}

std::string totals_html(const StudyView& view) {
  const bool timed = !view.machines.empty();
  return "<section><h2>Totals</h2>" + totals_table_html(view.result, view.totals, {}, timed ? &view.times : nullptr) +
         "<p class=\"quiet small\">Means over all drives, in brackets their 95 % intervals (bootstrap). p: paired test "
         "against the first row on the same drives; below 0.05 the two differ by more than chance explains. Deviation "
         "and lap time are of completed drives, so compare them beside the share. " +
         kDrivingScoreWords +
         (timed ? " Decision: from the camera's full frame to the command, median and 99th "
                  "percentile, while other drives "
                  "ran."
                : "") +
         "</p><div class=\"grid\">" +
         chart_figure("total-completion", "Drives completed", "Percent of all drives; whiskers are 95 % intervals.") +
         chart_figure("total-deviation", "Mean deviation",
                      "Metres from the line over completed drives; whiskers are 95 % intervals.") +
         "</div>" + more_totals_html(view.result, view.totals) + pairs_html(view.result, view.pairs) + "</section>\n";
}

std::string select_html(const std::string& id, const std::string& label) {
  return "<label class=\"tool\">" + label + " <select id=\"" + id + "\"></select></label>";
}

std::string decay_html(const StudyGrid& grid) {
  std::set<double> fixed;
  for (const StudyLatency& latency : grid.drivers.front().latencies)
    if (const std::optional<double> seconds = fixed_s(latency)) fixed.insert(*seconds);
  if (fixed.size() < 2) return "";
  return "<section><h2>How driving decays with latency</h2><div class=\"controls\">" +
         select_html("decay-perturbation", "Perturbation") + "</div><div class=\"grid\">" +
         chart_figure(
             "completion", "Drives completed",
             "Percent of the drives at each latency (from frame to command). Measured latencies have no place on "
             "this axis; they stand in the table.") +
         chart_figure("decay", "Mean deviation", "Metres from the line over completed drives.") + "</div></section>\n";
}

std::string robustness_html(const StudyResult& result) {
  const std::string table = perturbed_table_html(result);
  if (table.empty()) return "";
  return "<section><h2>What perturbations do</h2>" + table + "<div class=\"controls\">" +
         select_html("robust-latency", "Latency") + "</div><div class=\"grid\">" +
         chart_figure("robust-completion", "Drives completed", "Percent, by perturbation.") +
         chart_figure("robust-deviation", "Mean deviation", "Metres from the line over completed drives.") +
         "</div></section>\n";
}

std::string track_part(const StudyResult& result) {
  std::size_t driven = 0, drawn = 0;
  for (const CellOutcome& outcome : result.outcomes) {
    driven += outcome.episode ? 1 : 0;
    drawn += outcome.episode && !outcome.episode->trajectory.empty() ? 1 : 0;
  }
  if (drawn == 0) return "";
  std::string out = track_section(
      {{"direction", "Direction"}, {"perturbation", "Perturbation"}, {"delay", "Latency"}, {"seed", "Seed"}});
  if (drawn < driven)
    out += "<p class=\"quiet small\">" + count_text(static_cast<std::int64_t>(drawn)) + " of " +
           count_text(static_cast<std::int64_t>(driven)) + " drives are drawn, first repetitions first.</p>";
  return out + "\n";
}

std::string all_drives_figures(const StudyView& view) {
  const StudyResult& result = view.result;
  std::vector<FiguresRow> rows;
  for (std::size_t i = 0; i < result.cells.size(); ++i) {
    const StudyCell& cell = result.cells[i];
    if (!result.outcomes[i].episode) continue;
    const StudyDriver& driver = result.grid.drivers[cell.driver];
    const Course& course = driver.courses[cell.course];
    rows.push_back({{driver_label(result.grid, cell.driver), course.circuit, course.reverse ? "reverse" : "forward",
                     perturbation_name(result.grid, course.perturbation), driver.latencies[cell.latency].name,
                     std::to_string(cell.seed)},
                    &*result.outcomes[i].episode});
  }
  return all_figures_html({"Network", "Circuit", "Direction", "Perturbation", "Latency", "Seed"}, rows,
                          !view.machines.empty(), "<code>study.csv</code> has them all.");
}

// Version and hash of the sources: more than one only where the store was filled with latencies of another program.
std::set<std::string> codes_of(const StudyResult& result) {
  std::set<std::string> codes;
  for (const CellOutcome& outcome : result.outcomes)
    if (outcome.episode && !outcome.origin.code.empty()) codes.insert("pitlane " + outcome.origin.code);
  return codes;
}

std::string driver_fact(const StudyGrid& grid, std::size_t index) {
  const StudyDriver& driver = grid.drivers[index];
  if (driver.file.empty()) return fact(driver.name, driver.runtime);
  return fact(driver_label(grid, index), driver.file + ", " + bytes_text(static_cast<double>(driver.size_bytes)) +
                                             ", " + driver.runtime + ", hash " + driver.network_hash);
}

std::string provenance_html(const StudyView& view, const std::string& command) {
  const StudyResult& result = view.result;
  const StudyGrid& grid = result.grid;
  std::string out = "<section><h2>Where this comes from</h2><div class=\"card\"><dl class=\"facts\">";
  out += fact("driven", extent_text(result)) + fact("version", kVersion);
  if (view.machines.size() == 1) out += fact("machine", machine_text(view.machines.front().machine));
  for (const std::string& code : view.machines.empty() ? std::set<std::string>{} : codes_of(result))
    out += fact("driven by", code);
  if (grid.timeout_s > 0) out += fact("a drive ends after", fixed_text(grid.timeout_s, 0) + " simulated s");
  out += fact("off the road", "a drive ends farther than " + fixed_text(grid.off_road_limit_m, 2) + " m from the line");
  for (std::size_t i = 0; i < grid.drivers.size(); ++i) out += driver_fact(grid, i);
  for (const auto& [perturbation, name] : grid.perturbation_names)
    if (name != perturbation) out += fact("perturbation " + name, perturbation);
  for (const StudyLatency& latency : grid.drivers.front().latencies)
    if (!latency.profile_s.empty())
      out += fact("latency " + latency.name,
                  count_text(static_cast<std::int64_t>(latency.profile_s.size())) + " measured times, a draw a frame");
  return out + "</dl>" + command_html(command) + "</div></section>";
}

std::string cases_html(const StudyResult& result, const char* title, const std::vector<StudyTotal>& totals,
                       const std::vector<std::string>& cases) {
  if (totals.empty()) return "";
  return "<section><h2>" + std::string(title) + "</h2>" + totals_table_html(result, totals, cases, nullptr) +
         "</section>\n";
}

std::string subtitle_of(const StudyResult& result) {
  std::set<std::string> circuits;
  for (const Course& course : result.grid.drivers.front().courses) circuits.insert(course.circuit);
  const auto counted = [](std::size_t count, const char* noun) {
    return count_text(static_cast<std::int64_t>(count)) + " " + noun + (count == 1 ? "" : "s");
  };
  return counted(result.grid.drivers.size(), "driver") + " · " + counted(circuits.size(), "circuit") + " · " +
         html_escape(extent_text(result));
}

}  // namespace

std::string study_page(const StudyResult& result, const std::string& command, Timing timing, const PageVideos& videos) {
  return study_page(result, compare_study(result), command, timing, videos);
}

std::string study_page(const StudyResult& result, const StudyComparisons& compared, const std::string& command,
                       Timing timing, const PageVideos& videos) {
  const StudyGrid& grid = result.grid;
  const StudyView view = study_view(result, compared, timing);
  const std::string title = grid.name.empty() ? "Study" : grid.name;
  std::string page = page_begin(title, html_escape(title), subtitle_of(result));
  page += study_recommendation_html(view) + summary_html(result, view.totals) + totals_html(view);
  page += study_costs_html(view) + decay_html(grid) + robustness_html(result);
  page += cases_html(result, "By latency and perturbation", view.conditions, {"Latency", "Perturbation"});
  page += track_part(result) + videos_section(videos);
  page += cases_html(result, "By circuit", view.courses, {"Circuit"});
  page += "<section><h2>All drives</h2>" + cells_table_html(result, view.machines) + all_drives_figures(view) +
          "</section>\n";
  page += study_published_html(view) + study_machines_html(view) + provenance_html(view, command);
  return page + page_end("Made by <code>pitlane study</code>. Lengths in metres, times as labelled.",
                         study_page_data(view), kStudyPageJs);
}

}  // namespace pitlane
