#include "pitlane/study/decision_times.h"

#include <algorithm>
#include <numeric>
#include <utility>

namespace pitlane {

std::vector<MachineCells> study_machines(const StudyResult& result) {
  std::vector<MachineCells> machines;
  for (std::size_t i = 0; i < result.cells.size(); ++i) {
    if (!result.outcomes[i].episode) continue;
    const std::string& name = result.outcomes[i].origin.machine;
    auto found =
        std::find_if(machines.begin(), machines.end(), [&](const MachineCells& m) { return m.machine == name; });
    if (found == machines.end())
      found = machines.insert(machines.end(), {name, std::vector<std::size_t>(result.grid.drivers.size())});
    ++found->by_driver[result.cells[i].driver];
  }
  return machines;
}

DecisionTimes decision_times(const StudyResult& result) {
  DecisionTimes times;
  times.by_driver_s.resize(result.grid.drivers.size());
  const std::vector<MachineCells> machines = study_machines(result);
  const auto rank = [](const MachineCells& m) {
    const auto drivers = std::count_if(m.by_driver.begin(), m.by_driver.end(), [](std::size_t n) { return n > 0; });
    return std::pair(drivers, std::accumulate(m.by_driver.begin(), m.by_driver.end(), std::size_t{0}));
  };
  const auto chosen = std::max_element(machines.begin(), machines.end(),
                                       [&](const auto& a, const auto& b) { return rank(a) < rank(b); });
  if (chosen == machines.end()) return times;
  times.machine = chosen->machine;
  for (std::size_t i = 0; i < result.cells.size(); ++i) {
    const CellOutcome& outcome = result.outcomes[i];
    if (!outcome.episode || outcome.origin.machine != times.machine) continue;
    std::vector<double>& of_driver = times.by_driver_s[result.cells[i].driver];
    of_driver.insert(of_driver.end(), outcome.episode->decide_s.begin(), outcome.episode->decide_s.end());
  }
  for (std::vector<double>& of_driver : times.by_driver_s) std::sort(of_driver.begin(), of_driver.end());
  return times;
}

}  // namespace pitlane
