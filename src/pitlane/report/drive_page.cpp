// The page of `drive --report`: decay with latency, robustness, all episodes.
#include <algorithm>
#include <cstdio>

#include "pitlane/report/all_figures_html.h"
#include "pitlane/report/assets.h"
#include "pitlane/report/drive_page_parts.h"
#include "pitlane/report/drive_summary.h"
#include "pitlane/report/html_escape.h"
#include "pitlane/report/html_parts.h"

namespace pitlane {
namespace {

using ShortName = ShortModelName;

std::string digits_text(double value, int digits) {
  char text[64];
  std::snprintf(text, sizeof text, "%.*f", digits, value);
  return text;
}

std::string share_cell(const DriveShare& share) {
  if (share.episodes == 0) return "<td>–</td>";
  return text_cell(std::to_string(share.completed) + "/" + std::to_string(share.episodes) + " · " +
                       digits_text(share.mean_deviation_m, 3) + " m",
                   share.all_completed() ? "good" : "bad");
}

std::string limit(const std::optional<double>& seconds) {
  return seconds ? digits_text(*seconds * 1000, 0) + " ms" : std::string("–");
}

std::string latency_section(const std::vector<LatencyDecay>& decays, ShortName short_name) {
  if (decays.empty()) return "";
  std::string body;
  for (const LatencyDecay& decay : decays) {
    body += "<tr><th scope=\"row\">" + html_escape(decay_name(decay, short_name)) + "</th>" +
            text_cell(limit(decay.completes_s)) + text_cell(limit(decay.fails_s));
    for (const LatencyDecay::Point& point : decay.points)
      if (&point == &decay.points.front() || &point == &decay.points.back()) body += share_cell(point.share);
    body += "</tr>";
  }
  return "<section><h2>How driving decays with latency</h2><div class=\"grid\">" +
         chart_figure("completion", "Drives completed",
                      "Percent of the drives at each latency (from frame to command) that was tried.") +
         chart_figure("decay", "Mean deviation", "Metres from the line, mean over all drives, incomplete ones too.") +
         "</div>" +
         scrolling_table("Latency",
                         {"", "completes up to", "first failure at", "at the smallest latency", "at the largest tried"},
                         body) +
         "</section>";
}

std::string robustness_section(const RobustnessTable& robustness, ShortName short_name) {
  if (robustness.perturbations.empty()) return "";
  std::vector<std::string> titles{""};
  for (const DrivePerturbation& perturbation : robustness.perturbations) titles.push_back(perturbation.name);
  std::string body;
  for (const RobustnessTable::Row& row : robustness.rows) {
    body += "<tr><th scope=\"row\">" + html_escape(short_name(row.model)) + "</th>";
    for (const DriveShare& share : row.cells) body += share_cell(share);
    body += "</tr>";
  }
  std::string meanings;
  for (const DrivePerturbation& p : robustness.perturbations)
    if (p.name != p.text)
      meanings += "<div><dt>" + html_escape(p.name) + "</dt><dd>" + html_escape(p.text) + "</dd></div>";
  return "<section><h2>What perturbations do</h2><div class=\"grid\">" +
         chart_figure("robust-completion", "Drives completed", "Percent, by perturbation.") +
         chart_figure("robust-deviation", "Mean deviation", "Metres from the line, incomplete drives too.") + "</div>" +
         scrolling_table("Robustness", titles, body) + "<dl class=\"facts\">" + meanings + "</dl></section>";
}

std::string figures_part(const std::vector<DriveEntry>& entries, ShortName short_name) {
  std::vector<FiguresRow> rows;
  for (const DriveEntry& e : entries)
    rows.push_back({{short_name(e.subject.who()), e.circuit, e.reverse ? "reverse" : "forward",
                     e.perturbation ? e.perturbation->name : "none", e.latency},
                    &e.result});
  return all_figures_html({"Network", "Circuit", "Direction", "Perturbation", "Latency"}, rows, true,
                          "<code>pitlane drive --json</code> prints them all.");
}

std::string episodes_section(const std::vector<DriveEntry>& entries, ShortName short_name) {
  std::string body;
  for (const DriveEntry& e : entries) {
    const EpisodeResult& r = e.result;
    body += "<tr><th scope=\"row\">" + html_escape(short_name(e.subject.who())) + "</th>" +
            text_cell(e.circuit + (e.held_out ? "*" : ""), "text") +
            text_cell(e.reverse ? "reverse" : "forward", "text") +
            text_cell(e.perturbation ? e.perturbation->name : "none", "text") + text_cell(e.latency) +
            text_cell(to_string(r.end), r.completed ? "good" : "bad") +
            text_cell(digits_text(r.percentage_completed, 1) + " %") +
            text_cell(r.lap_time_s > 0 ? digits_text(r.lap_time_s, 2) : "–") +
            text_cell(digits_text(r.average_speed_mps, 2)) + text_cell(digits_text(r.deviation.mean, 3)) +
            text_cell(digits_text(r.deviation.max, 3)) + "</tr>";
  }
  return "<section><h2>All drives</h2>" +
         scrolling_table("Drives",
                         {"network", "circuit (* held out)", "way", "perturbation", "latency", "end", "driven",
                          "lap, s", "speed, m/s", "mean dev., m", "largest, m"},
                         body) +
         figures_part(entries, short_name) + "</section>";
}

std::string track_part(const std::vector<DriveEntry>& entries) {
  if (std::all_of(entries.begin(), entries.end(), [](const auto& e) { return e.result.trajectory.empty(); })) return "";
  return track_section({{"direction", "Direction"}, {"perturbation", "Perturbation"}, {"delay", "Latency"}});
}

}  // namespace

std::string drive_page(const std::vector<DriveEntry>& entries, const DriveOrigin& origin, ShortName short_name,
                       const PageVideos& videos) {
  std::string page =
      page_begin("Drives", "Drives", std::to_string(entries.size()) + (entries.size() == 1 ? " drive" : " drives"));
  page += drive_overview_html(entries, short_name) + latency_section(latency_decays(entries), short_name) +
          robustness_section(robustness_table(entries), short_name) + track_part(entries) + videos_section(videos) +
          episodes_section(entries, short_name) + drive_provenance_html(entries, origin, short_name);
  return page + page_end("Made by <code>pitlane drive</code>. Lengths in metres, times as labelled.",
                         drive_page_data(entries, origin, short_name), kDrivePageJs);
}

}  // namespace pitlane
