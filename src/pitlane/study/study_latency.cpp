#include "pitlane/study/study_latency.h"

#include <map>
#include <set>

namespace pitlane {
namespace {

struct Drives {
  bool all_driven = true, all_completed = true;
};

// By seconds of latency, of one driver under one perturbation.
std::map<double, Drives> drives_of(const StudyResult& result, std::size_t driver, const std::string& perturbation) {
  const StudyDriver& who = result.grid.drivers[driver];
  std::map<double, Drives> drives;
  for (std::size_t i = 0; i < result.cells.size(); ++i) {
    const StudyCell& cell = result.cells[i];
    if (cell.driver != driver || who.courses[cell.course].perturbation != perturbation) continue;
    const std::optional<double> at_s = fixed_s(who.latencies[cell.latency]);
    if (!at_s) continue;
    const CellOutcome& outcome = result.outcomes[i];
    Drives& here = drives[*at_s];
    if (!outcome.episode && outcome.failure.empty()) here.all_driven = false;
    if (!outcome.episode || !outcome.episode->completed) here.all_completed = false;
  }
  return drives;
}

std::optional<StudyLatencyLimit> limit_of(const StudyResult& result, std::size_t driver,
                                          const std::string& perturbation) {
  std::optional<StudyLatencyLimit> limit;
  for (const auto& [latency_s, drives] : drives_of(result, driver, perturbation)) {
    if (!drives.all_driven) continue;
    if (!limit) limit = StudyLatencyLimit{driver, perturbation, std::nullopt, std::nullopt, latency_s};
    if (drives.all_completed)
      limit->completes_s = latency_s;
    else if (!limit->fails_s)
      limit->fails_s = latency_s;
  }
  return limit;
}

bool has_latency_axis(const StudyGrid& grid) {
  std::set<double> fixed;
  for (const StudyLatency& latency : grid.drivers.front().latencies)
    if (const std::optional<double> seconds = fixed_s(latency)) fixed.insert(*seconds);
  return fixed.size() > 1;
}

}  // namespace

std::vector<StudyLatencyLimit> study_latency_limits(const StudyResult& result) {
  std::vector<StudyLatencyLimit> limits;
  if (!has_latency_axis(result.grid)) return limits;
  const std::vector<std::string> perturbations = study_perturbations(result.grid);
  for (std::size_t driver = 0; driver < result.grid.drivers.size(); ++driver)
    for (const std::string& perturbation : perturbations)
      if (const auto limit = limit_of(result, driver, perturbation)) limits.push_back(*limit);
  return limits;
}

}  // namespace pitlane
