#include "pitlane/report/study_text.h"

#include <algorithm>

#include "pitlane/study/quantity.h"

namespace pitlane {

std::string p_value_text(double p) { return p < 0.001 ? "p < 0.001" : "p " + fixed_text(p, 3); }

std::string interval_text(const MeanEstimate& estimate, int decimals) {
  return "[" + fixed_text(estimate.interval.low, decimals) + ", " + fixed_text(estimate.interval.high, decimals) + "]";
}

std::string figure_text(const StudyFigure& figure, int decimals, bool is_first) {
  if (figure.estimate.values == 0) return "-";
  std::string out = fixed_text(figure.estimate.mean, decimals) + " " + interval_text(figure.estimate, decimals);
  if (!is_first && figure.pairs > 0) out += ", " + p_value_text(figure.p_value);
  return out;
}

std::string driven_text(const StudyTotal& total) {
  std::string out = std::to_string(total.completed) + " of " + std::to_string(total.cells);
  if (total.failed > 0) out += ", " + std::to_string(total.failed) + " failed";
  if (total.missing > 0) out += ", " + std::to_string(total.missing) + " missing";
  return out;
}

std::string outcome_text(const CellOutcome& outcome) {
  if (!outcome.episode) return outcome.failure.empty() ? "not driven yet" : "could not be driven: " + outcome.failure;
  const EpisodeResult& e = *outcome.episode;
  if (e.completed) return to_string(e.end);
  const std::string after = std::string(to_string(e.end)) + " after " + fixed_text(e.percentage_completed, 1) + " %";
  return e.failure.empty() ? after : after + ": " + e.failure;
}

std::string machine_text(const std::string& machine) { return machine.empty() ? "not named by the store" : machine; }

std::string latency_limit_text(const StudyLatencyLimit& limit) {
  const auto text = [](double seconds) { return fixed_text(1e3 * seconds, 0) + " ms"; };
  if (!limit.completes_s) return "none (not even " + text(limit.smallest_s) + ")";
  if (!limit.fails_s) return "at least " + text(*limit.completes_s);
  if (*limit.fails_s > *limit.completes_s) return text(*limit.completes_s) + " (not " + text(*limit.fails_s) + ")";
  return text(*limit.completes_s) + " (though not " + text(*limit.fails_s) + ")";
}

std::string latency_sentence(const StudyResult& result) {
  const std::vector<StudyLatencyLimit> limits = study_latency_limits(result);
  if (limits.empty()) return "";
  const std::vector<std::string> perturbations = study_perturbations(result.grid);
  const bool has_none = std::find(perturbations.begin(), perturbations.end(), "none") != perturbations.end();
  const std::string chosen = has_none ? "none" : perturbations.front();
  std::string list;
  for (const StudyLatencyLimit& limit : limits)
    if (limit.perturbation == chosen)
      list += (list.empty() ? "" : "; ") + driver_label(result.grid, limit.driver) + " " + latency_limit_text(limit);
  if (list.empty()) return "";
  std::string under;
  if (!has_none)
    under = " under " + perturbation_name(result.grid, chosen);
  else if (perturbations.size() > 1)
    under = " without a perturbation";
  return "The largest latency tried at which every drive" + under + " was completed: " + list + ".";
}

std::string extent_text(const StudyResult& result) {
  const StudyGrid& grid = result.grid;
  const std::string seeds = grid.repetitions == 1
                                ? ", seed " + std::to_string(grid.seed)
                                : ", seeds " + std::to_string(grid.seed) + " to " +
                                      std::to_string(grid.seed + static_cast<std::uint64_t>(grid.repetitions) - 1);
  return std::to_string(result.cells.size()) + (result.cells.size() == 1 ? " drive of " : " drives of ") +
         std::to_string(grid.laps) + (grid.laps == 1 ? " lap" : " laps") + seeds;
}

}  // namespace pitlane
