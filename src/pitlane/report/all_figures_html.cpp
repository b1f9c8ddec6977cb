#include "pitlane/report/all_figures_html.h"

#include <algorithm>
#include <cmath>

#include "pitlane/report/drive_figures.h"
#include "pitlane/report/html_escape.h"
#include "pitlane/report/html_parts.h"
#include "pitlane/study/quantity.h"

namespace pitlane {
namespace {

constexpr std::size_t kMostFigureRows = 2'000;  // about 1 MB of page

std::string wide_cells(std::span<const DriveFigure> figures, const EpisodeResult& drive) {
  std::string out;
  for (const DriveFigure& figure : figures) {
    const double value = figure.value(drive);
    // What is infinite far off the road (bm_compat) has no more to say than what is not known.
    out += text_cell(!std::isfinite(value)   ? "–"
                     : std::abs(value) < 1e6 ? fixed_text(value, figure.decimals)
                                             : significant_text(value, 3));
  }
  return out;
}

std::string wide_row_html(const FiguresRow& row, bool timed) {
  const EpisodeResult& e = *row.drive;
  std::string out = "<tr>";
  for (std::size_t i = 0; i < row.names.size(); ++i)
    out += i == 0 ? "<th scope=\"row\"><span class=\"name\">" + html_escape(row.names[i]) + "</span></th>"
                  : text_cell(row.names[i], "text");
  out += text_cell(to_string(e.end), e.completed ? "text good" : "text bad");
  out += text_cell(e.lap_time_s > 0 ? fixed_text(e.lap_time_s, 2) : "–");
  for (const int count : {e.collisions, e.frames_used, e.frames_skipped}) out += text_cell(std::to_string(count));
  return out + wide_cells(drive_figures(), e) + (timed ? wide_cells(timing_figures(), e) : "") + "</tr>\n";
}

}  // namespace

std::string all_figures_html(const std::vector<std::string>& titles, const std::vector<FiguresRow>& rows, bool timed,
                             const std::string& rest) {
  if (rows.empty()) return "";
  std::vector<std::string> all = titles;
  all.insert(all.end(), {"End", "Lap, s", "Collisions", "Frames used", "Frames dropped"});
  for (const DriveFigure& figure : drive_figures()) all.emplace_back(figure.title);
  if (timed)
    for (const DriveFigure& figure : timing_figures()) all.emplace_back(figure.title);
  std::string body;
  const std::size_t count = std::min(rows.size(), kMostFigureRows);
  for (std::size_t i = 0; i < count; ++i) body += wide_row_html(rows[i], timed);
  std::string out = "<details class=\"figures\"><summary>All figures of each drive</summary>" +
                    scrolling_table("All figures", all, body, "all-figures", titles.size() + 1);
  out += "<p class=\"quiet small\">" + std::string(kDrivingScoreWords) + " " +
         (count < rows.size() ? "The first " + count_text(static_cast<std::int64_t>(count)) + " of " +
                                    count_text(static_cast<std::int64_t>(rows.size())) + " drives; " + rest
                              : rest) +
         "</p></details>";
  return out;
}

}  // namespace pitlane
