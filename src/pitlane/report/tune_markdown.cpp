// results.md: what tune found, as text.
#include <algorithm>
#include <string>
#include <vector>

#include "pitlane/report/drive_figures.h"
#include "pitlane/report/markdown_table.h"
#include "pitlane/report/report.h"
#include "pitlane/study/laps_by_latency.h"
#include "pitlane/study/provenance.h"
#include "pitlane/study/quantity.h"

namespace pitlane {
namespace {

const char* const kNoNumber = "-";

std::string recommended_text(const Recommendation& r) {
  std::string out = "## Recommendation: " + (r.strategy ? markdown_text(*r.strategy) : std::string("none")) + "\n\n";
  if (!r.strategy && !r.closest.empty()) out += "The closest: " + markdown_text(r.closest) + ".\n";
  for (const std::string& reason : r.reasons) out += markdown_text(reason) + "\n";
  return out + "\n";
}

std::string laps_text(const StrategyRow& row) {
  if (row.laps.empty()) return "not driven";
  return std::to_string(laps_completed(row)) + "/" + std::to_string(row.laps.size());
}

MarkdownRow result_row(const StrategyRow& row, const StrategyRow& baseline) {
  MarkdownRow out{markdown_text(row.strategy)};
  if (row.failure) {
    out.push_back((row.inapplicable ? "does not apply: " : "failed: ") + markdown_text(*row.failure));
    out.resize(11, kNoNumber);
    return out;
  }
  out.push_back(bytes_text(static_cast<double>(row.size_bytes)));
  out.push_back(row.accuracy ? significant_text(row.accuracy->mse, 4) : kNoNumber);
  const bool comparable = row.accuracy && baseline.accuracy && &row != &baseline;
  out.push_back(comparable ? signed_percent_text(relative_mse(row, baseline)) : kNoNumber);
  const bool timed = row.latency_ms.runs > 0;
  out.push_back(timed ? significant_text(row.latency_ms.p50, 3) : kNoNumber);
  out.push_back(timed ? significant_text(row.latency_ms.p99, 3) : kNoNumber);
  out.push_back(timed && baseline.latency_ms.p50 > 0 ? fixed_text(baseline.latency_ms.p50 / row.latency_ms.p50, 2)
                                                     : kNoNumber);
  out.push_back(row.frame_ms.runs > 0 ? significant_text(row.frame_ms.p50, 3) : kNoNumber);
  out.push_back(laps_text(row));
  out.push_back(row.laps.empty() ? kNoNumber : fixed_text(worst_mean_deviation_m(row), 3));
  out.push_back(row.laps.empty() ? kNoNumber : fixed_text(worst_deviation_m(row), 2));
  return out;
}

std::string results_text(const TuneResult& result) {
  if (result.rows.empty()) return "No strategy was run.\n";
  std::vector<MarkdownRow> rows{{"strategy", "size", "MSE", "change", "p50 ms", "p99 ms", "speed", "frame p50 ms",
                                 "laps", "worst mean dev. m", "max dev. m"}};
  for (const StrategyRow& row : result.rows) rows.push_back(result_row(row, result.rows.front()));
  return markdown_table(rows);
}

MarkdownRow latency_row(const StrategyRow& row, const std::vector<std::string>& latencies) {
  const std::vector<LatencyLaps> driven = laps_by_latency(row);
  MarkdownRow out{markdown_text(row.strategy)};
  for (const std::string& latency : latencies) {
    const auto at = std::ranges::find(driven, latency, &LatencyLaps::latency);
    if (at == driven.end()) {
      out.insert(out.end(), 3, kNoNumber);
      continue;
    }
    out.push_back(std::to_string(at->completed) + "/" + std::to_string(at->laps));
    out.push_back(fixed_text(at->mean_deviation_m, 3));
    out.push_back(fixed_text(at->worst_mean_deviation_m, 3));
  }
  return out;
}

/// Nothing where all laps had one latency: the table above has them then.
std::string latencies_text(const TuneResult& result) {
  const std::vector<std::string> latencies = driven_latencies(result);
  if (latencies.size() < 2) return "";
  std::vector<MarkdownRow> rows{{"strategy"}};
  for (const std::string& latency : latencies)
    for (const char* what : {"laps", "mean dev. m", "worst lap m"})
      rows.front().push_back(markdown_text(latency) + ": " + what);
  for (const StrategyRow& row : result.rows)
    if (!row.laps.empty()) rows.push_back(latency_row(row, latencies));
  return "\n## Laps at each latency\n\n" + markdown_table(rows) +
         "\nDeviations: the mean of the laps' mean deviations, and the largest of them.\n";
}

std::string incomplete_laps_text(const TuneResult& result) {
  std::string out;
  for (const StrategyRow& row : result.rows)
    for (const LapRow& lap : row.laps)
      if (!lap.result.completed)
        out += "- " + markdown_text(row.strategy) + ", " + markdown_text(lap.circuit) +
               (lap.reverse ? " reverse" : "") + ", latency " + markdown_text(lap.latency) + ": " +
               to_string(lap.result.end) + " after " + fixed_text(lap.result.percentage_completed, 1) + " %\n";
  return out.empty() ? "" : "\n## Laps not completed\n\n" + out;
}

}  // namespace

std::string markdown_report(const TuneResult& result) {
  std::string out = "# " + markdown_text(result.baseline_file.empty() ? result.network_name : result.baseline_file) +
                    "\n\n" + recommended_text(result.recommendation) + "## Results\n\n" + results_text(result);
  out +=
      "\nMSE on validation data in normalised units; times of one core, p50 and p99 from the picture's bytes to the "
      "outputs, frame p50 from the camera's frame; deviations of all laps, incomplete ones too. laps.csv has every "
      "figure of every lap.\n";
  out += latencies_text(result);
  out += incomplete_laps_text(result);
  if (!result.notes.empty()) out += "\n## Good to know\n\n";
  for (const std::string& note : result.notes) out += "- " + markdown_text(note) + "\n";
  out += "\n## Where this comes from\n\n";
  for (const auto& [key, value] : result.provenance)
    out += "- " + markdown_text(key) + ": " + markdown_text(value) + "\n";
  if (!result.command.empty()) out += "- command: `" + markdown_text(result.command) + "`\n";
  return out;
}

}  // namespace pitlane
