#include "pitlane/report/latency_laps_html.h"

#include <algorithm>
#include <vector>

#include "pitlane/report/html_escape.h"
#include "pitlane/report/html_parts.h"
#include "pitlane/study/laps_by_latency.h"
#include "pitlane/study/quantity.h"

namespace pitlane {
namespace {

std::string cells(const StrategyRow& row, const std::vector<std::string>& latencies) {
  const std::vector<LatencyLaps> driven = laps_by_latency(row);
  std::string out;
  for (const std::string& latency : latencies) {
    const auto at = std::ranges::find(driven, latency, &LatencyLaps::latency);
    if (at == driven.end()) {
      out += "<td colspan=\"3\" class=\"quiet\">not driven</td>";
      continue;
    }
    const bool all = at->completed == at->laps;
    out += text_cell((all ? "✓ " : "✗ ") + std::to_string(at->completed) + "/" + std::to_string(at->laps),
                     all ? "good" : "bad") +
           text_cell(fixed_text(at->mean_deviation_m, 3)) + text_cell(fixed_text(at->worst_mean_deviation_m, 3));
  }
  return out;
}

std::string latency_name(const std::string& latency) { return latency == "none" ? "No latency" : latency; }

}  // namespace

std::string latency_laps_html(const TuneResult& result) {
  const std::vector<std::string> latencies = driven_latencies(result);
  if (latencies.size() < 2) return "";
  std::vector<std::string> titles{"Strategy"};
  for (const std::string& latency : latencies)
    for (const char* what : {"laps", "mean dev., m", "worst lap, m"})
      titles.push_back(latency_name(latency) + ": " + what);
  std::string body;
  for (const StrategyRow& row : result.rows)
    if (!row.laps.empty())
      body += "<tr data-strategy=\"" + html_escape(row.strategy) + "\"><th scope=\"row\">" + html_escape(row.strategy) +
              "</th>" + cells(row, latencies) + "</tr>\n";
  return "<section><h2>What latency costs</h2><p class=\"lead\">Laps at each latency from frame to command: how many "
         "are complete, the mean of all laps' mean deviations, and the largest of them; incomplete laps too.</p>" +
         scrolling_table("Laps at each latency", titles, body, "latencies", 1) + "</section>";
}

}  // namespace pitlane
