#include "pitlane/report/published_html.h"

#include <algorithm>
#include <numeric>

#include "pitlane/report/html_escape.h"
#include "pitlane/report/html_parts.h"
#include "pitlane/study/quantity.h"

namespace pitlane {
namespace {

const char* const kUnknownText = "–";

std::string number_cell(bool known, double value, int digits) {
  return text_cell(known ? significant_text(value, digits) : std::string(kUnknownText));
}

// Two digits behind the point as published; a car far from the line makes numbers that need no such digits.
std::string deviation_as_printed(double value) {
  return value < 1e4 ? fixed_text(value, 2) : significant_text(value, 3);
}

std::string published_cells(const PublishedDrive& drive, Footnotes& notes) {
  return "<th scope=\"row\">" + html_escape(drive.key.framework + ", " + drive.key.strategy) + notes.mark(drive.note) +
         "</th>" + number_cell(true, drive.speed_mps, 3) + text_cell(fixed_text(drive.bm_deviation, 2)) +
         number_cell(true, drive.iteration_hz, 3) + number_cell(true, drive.inference_ms, 3);
}

std::string own_cells(const OwnDriving& own) {
  const bool drove = own.completed > 0;
  return text_cell(own.name, "text apart") +
         text_cell(std::to_string(own.completed) + "/" + std::to_string(own.drives),
                   own.completed == own.drives ? "good" : "bad") +
         number_cell(drove, own.speed_mps, 3) +
         text_cell(drove ? deviation_as_printed(own.bm_deviation) : kUnknownText) +
         text_cell(drove ? fixed_text(own.deviation_m, 3) : kUnknownText) +
         number_cell(own.iteration_hz > 0, own.iteration_hz, 3) +
         number_cell(own.inference_ms > 0, own.inference_ms, 3);
}

std::string group_head(const std::string& title, std::size_t columns) {
  return "<th scope=\"colgroup\" colspan=\"" + std::to_string(columns) + "\">" + title + "</th>";
}

std::string column_heads(const std::vector<std::string>& titles) {
  std::string out;
  for (const std::string& title : titles) out += "<th scope=\"col\">" + title + "</th>";
  return out;
}

}  // namespace

std::string Footnotes::mark(const std::string& text) {
  if (text.empty()) return "";
  const auto found = std::find(notes_.begin(), notes_.end(), text);
  const std::string number = std::to_string(found - notes_.begin() + 1);
  if (found == notes_.end()) notes_.push_back(text);
  return " <sup><a href=\"#" + prefix_ + "-" + number + "\" title=\"" + html_escape(text) + "\">" + number +
         "</a></sup>";
}

std::string Footnotes::list() const {
  std::string out = "<ol class=\"notes\">";
  for (std::size_t i = 0; i < notes_.size(); ++i)
    out += "<li id=\"" + prefix_ + "-" + std::to_string(i + 1) + "\">" + html_escape(notes_[i]) + "</li>";
  return out + "</ol>";
}

OwnDriving own_driving(const std::string& name, const std::vector<const EpisodeResult*>& drives, bool timed) {
  OwnDriving own;
  own.name = name;
  own.drives = static_cast<int>(drives.size());
  double decisions_s = 0, decisions = 0;
  for (const EpisodeResult* e : drives) {
    if (!e->completed) continue;
    ++own.completed;
    own.speed_mps += e->average_speed_mps;
    own.bm_deviation += e->deviation.bm_compat;
    own.deviation_m += e->deviation.mean;
    decisions_s += std::accumulate(e->decide_s.begin(), e->decide_s.end(), 0.0);
    decisions += static_cast<double>(e->decide_s.size());
  }
  if (own.completed == 0) return own;
  for (double* mean : {&own.speed_mps, &own.bm_deviation, &own.deviation_m}) *mean /= own.completed;
  if (!timed || decisions_s <= 0) return own;
  own.inference_ms = 1e3 * decisions_s / decisions;
  own.iteration_hz = decisions / decisions_s;
  return own;
}

std::string published_driving_html(const std::vector<DrivingPair>& pairs) {
  Footnotes notes("drive-note");
  std::string body;
  for (const DrivingPair& pair : pairs) {
    for (const OwnDriving& own : pair.own)
      body += "<tr>" + published_cells(*pair.published, notes) + own_cells(own) + "</tr>\n";
    if (pair.own.empty())
      body += "<tr>" + published_cells(*pair.published, notes) + "<td colspan=\"7\" class=\"quiet apart\">" +
              html_escape(pair.why_not) + "</td></tr>\n";
  }
  const std::string titles = column_heads({"Published as", "Speed, m/s", "Deviation, as printed", "Hz", "ms"}) +
                             "<th scope=\"col\" class=\"text apart\">Network</th>" +
                             column_heads({"Completed", "Speed, m/s", "Deviation, as printed", "in m", "Hz", "ms"});
  return "<p class=\"lead\">Published: SimpleCircuit in Gazebo, car and camera of that simulator. Ours: means over the "
         "completed drives of this page without a perturbation, on the circuits and with the latencies that stand "
         "above. Speeds are set by the driver that a network learned from, and rates by the machine, so only the "
         "deviations are of one kind: <em>as printed</em> is the mean of 1000 to the power of the distance in metres "
         "(7.41 stands for about 0.29 m), which one wide bend can double; in metres it is what our other tables "
         "show.</p>"
         "<div class=\"scroll\" role=\"region\" tabindex=\"0\" aria-label=\"Published driving beside ours\"><table "
         "id=\"published-driving\"><thead><tr><td></td>" +
         group_head("Published", 4) + group_head("Ours", 7) + "</tr><tr>" + titles + "</tr></thead><tbody>" + body +
         "</tbody></table></div>" + notes.list();
}

}  // namespace pitlane
