#include <algorithm>
#include <limits>
#include <map>
#include <tuple>

#include "pitlane/core/version.h"
#include "pitlane/report/drive_figures.h"
#include "pitlane/report/drive_page_parts.h"
#include "pitlane/report/html_escape.h"
#include "pitlane/report/html_parts.h"
#include "pitlane/study/quantity.h"

namespace pitlane {
namespace {

/// Of one network over its drives; means are over completed ones, but for the score.
struct DriverSum {
  std::string model;
  int drives = 0, completed = 0;
  double deviation_m = 0, lap_s = 0, speed_mps = 0, score = 0;
  std::map<std::string, int> ends;  ///< of those not completed
};

DriverSum sum_of(const std::vector<DriveEntry>& entries, const std::string& model) {
  DriverSum sum;
  sum.model = model;
  for (const DriveEntry& entry : entries) {
    if (entry.subject.who() != model) continue;
    const EpisodeResult& e = entry.result;
    ++sum.drives;
    sum.score += (e.driving_score - sum.score) / sum.drives;
    if (!e.completed) {
      ++sum.ends[to_string(e.end)];
      continue;
    }
    ++sum.completed;
    sum.deviation_m += (e.deviation.mean - sum.deviation_m) / sum.completed;
    sum.lap_s += (e.lap_time_s - sum.lap_s) / sum.completed;
    sum.speed_mps += (e.average_speed_mps - sum.speed_mps) / sum.completed;
  }
  return sum;
}

// Smaller is better.
auto order_of(const DriverSum& sum) {
  const double share = static_cast<double>(sum.completed) / sum.drives;
  return std::tuple(-share, sum.completed > 0 ? sum.deviation_m : std::numeric_limits<double>::infinity());
}

std::string known(const DriverSum& sum, double value, int decimals) {
  return sum.completed > 0 ? fixed_text(value, decimals) : std::string("–");
}

std::string drives_text(int completed, int drives) {
  return std::to_string(completed) + " of " + std::to_string(drives) + (drives == 1 ? " drive" : " drives");
}

std::string ends_sentence(const DriverSum& sum, ShortModelName short_name) {
  if (sum.ends.empty()) return "";
  std::string list;
  for (const auto& [end, count] : sum.ends) list += (list.empty() ? "" : ", ") + std::to_string(count) + " " + end;
  return "<p>" +
         prose_html(short_name(sum.model) + " did not complete " + drives_text(sum.drives - sum.completed, sum.drives) +
                    ": " + list + ".") +
         "</p>";
}

std::string overview_row(const DriverSum& sum, std::size_t index, ShortModelName short_name) {
  return "<tr><th scope=\"row\"><span class=\"dot\" style=\"--c:var(--s" + std::to_string(index % 8) +
         ")\"></span><span class=\"name\">" + html_escape(short_name(sum.model)) + "</span></th>" +
         text_cell(std::to_string(sum.completed) + "/" + std::to_string(sum.drives),
                   sum.completed == sum.drives ? "good" : "bad") +
         text_cell(known(sum, sum.deviation_m, 3)) + text_cell(known(sum, sum.lap_s, 2)) +
         text_cell(known(sum, sum.speed_mps, 2)) + text_cell(fixed_text(sum.score, 1)) + "</tr>\n";
}

std::string overview_tiles(const DriverSum& best) {
  std::string out = tile(std::to_string(best.completed) + " / " + std::to_string(best.drives), "drives completed");
  if (best.completed > 0)
    out += tile(fixed_text(best.deviation_m, 3) + " m", "mean deviation") +
           tile(fixed_text(best.lap_s, 2) + " s", "lap time") + tile(fixed_text(best.speed_mps, 2) + " m/s", "speed");
  return "<div class=\"tiles\">" + out + tile(fixed_text(best.score, 1), "driving score (leaderboard 2.0)") + "</div>";
}

std::string subject_fact(const JsonSubject& subject, ShortModelName short_name) {
  if (subject.network_hash.empty()) return "";
  return fact(short_name(subject.who()), subject.model + ", " + bytes_text(static_cast<double>(subject.size_bytes)) +
                                             ", " + subject.runtime + ", hash " + subject.network_hash);
}

}  // namespace

std::vector<std::string> models_of(const std::vector<DriveEntry>& entries) {
  std::vector<std::string> models;
  for (const DriveEntry& entry : entries)
    if (std::find(models.begin(), models.end(), entry.subject.who()) == models.end())
      models.push_back(entry.subject.who());
  return models;
}

std::string drive_overview_html(const std::vector<DriveEntry>& entries, ShortModelName short_name) {
  std::vector<DriverSum> sums;
  for (const std::string& model : models_of(entries)) sums.push_back(sum_of(entries, model));
  if (sums.empty()) return "";
  const DriverSum& best = *std::min_element(sums.begin(), sums.end(),
                                            [](const auto& a, const auto& b) { return order_of(a) < order_of(b); });
  const bool nobody = best.completed == 0;
  std::string out = "<section class=\"pick-box" + std::string(nobody ? " none" : "") +
                    "\" aria-labelledby=\"pick\"><p class=\"kicker\">" +
                    (sums.size() > 1 ? "Who drives best" : "What was driven") + "</p><h2 id=\"pick\">" +
                    (nobody && sums.size() > 1 ? std::string("Nobody") : html_escape(short_name(best.model))) + "</h2>";
  if (!nobody || sums.size() == 1) out += overview_tiles(best);
  out += "<div class=\"reasons\">";
  if (sums.size() > 1)
    out +=
        "<p>Best means the largest share of drives completed, then the smallest mean deviation of these. One command "
        "drives few times: <code>pitlane study</code> says how sure a difference is.</p>";
  std::string rows;
  for (std::size_t i = 0; i < sums.size(); ++i) {
    out += ends_sentence(sums[i], short_name);
    rows += overview_row(sums[i], i, short_name);
  }
  out +=
      "</div></section>\n<section><h2>Totals</h2>" +
      scrolling_table("Totals", {"Network", "Completed", "Mean deviation, m", "Lap, s", "Speed, m/s", "Driving score"},
                      rows, "totals", 1);
  return out + "<p class=\"quiet small\">Means over completed drives, the score over all. " + kDrivingScoreWords +
         "</p></section>\n";
}

std::string drive_provenance_html(const std::vector<DriveEntry>& entries, const DriveOrigin& origin,
                                  ShortModelName short_name) {
  std::string out = "<section><h2>Where this comes from</h2><div class=\"card\"><dl class=\"facts\">";
  out += fact("version", kVersion);
  for (const auto& [key, value] : origin.provenance) out += fact(key, value);
  for (const std::string& model : models_of(entries)) {
    const auto found =
        std::find_if(entries.begin(), entries.end(), [&](const auto& e) { return e.subject.who() == model; });
    out += subject_fact(found->subject, short_name);
  }
  if (!entries.empty())
    out += fact("seed", std::to_string(entries.front().seed)) +
           fact("laps of a drive", std::to_string(entries.front().laps));
  return out + "</dl>" + command_html(origin.command) + "</div></section>";
}

}  // namespace pitlane
