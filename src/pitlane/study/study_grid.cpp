#include "pitlane/study/study_grid.h"

#include <algorithm>

#include "pitlane/core/hash.h"
#include "pitlane/study/source_hash.h"

namespace pitlane {
namespace {

std::string cell_key(const StudyGrid& grid, const StudyCell& cell) {
  const StudyDriver& driver = grid.drivers[cell.driver];
  const Course& course = driver.courses[cell.course];
  Hasher hasher;
  hasher.text(kSourceHash).text(driver.key).text(course.key).number(course.reverse ? 1 : 0).text(course.perturbation);
  hasher.text(driver.latencies[cell.latency].key).number(cell.seed);
  hasher.number(static_cast<std::uint64_t>(grid.laps)).real(grid.timeout_s).real(grid.off_road_limit_m);
  return "cell-" + hasher.hex();
}

}  // namespace

std::optional<double> fixed_s(const StudyLatency& latency) {
  return latency.known ? latency.model.fixed_s() : std::nullopt;
}

std::vector<StudyCell> study_cells(const StudyGrid& grid) {
  std::vector<StudyCell> cells;
  for (std::size_t driver = 0; driver < grid.drivers.size(); ++driver)
    for (std::size_t course = 0; course < grid.drivers[driver].courses.size(); ++course)
      for (std::size_t latency = 0; latency < grid.drivers[driver].latencies.size(); ++latency)
        for (int repetition = 0; repetition < grid.repetitions; ++repetition) {
          StudyCell cell{driver, course, latency, repetition, grid.seed + static_cast<std::uint64_t>(repetition), {}};
          cell.key = cell_key(grid, cell);
          cells.push_back(std::move(cell));
        }
  return cells;
}

std::string driver_label(const StudyGrid& grid, std::size_t driver) {
  const std::string& name = grid.drivers[driver].name;
  const auto named = std::count_if(grid.drivers.begin(), grid.drivers.end(),
                                   [&](const StudyDriver& other) { return other.name == name; });
  return named > 1 ? name + " · " + grid.drivers[driver].runtime : name;
}

std::vector<std::string> study_perturbations(const StudyGrid& grid) {
  std::vector<std::string> out;
  for (const Course& course : grid.drivers.front().courses)
    if (std::find(out.begin(), out.end(), course.perturbation) == out.end()) out.push_back(course.perturbation);
  return out;
}

std::string perturbation_name(const StudyGrid& grid, const std::string& perturbation) {
  const auto found = grid.perturbation_names.find(perturbation);
  return found == grid.perturbation_names.end() ? perturbation : found->second;
}

std::string describe(const StudyGrid& grid, const StudyCell& cell) {
  const StudyDriver& driver = grid.drivers[cell.driver];
  const Course& course = driver.courses[cell.course];
  std::string text = driver_label(grid, cell.driver) + ", " + course.circuit + (course.reverse ? " reverse" : "");
  if (course.perturbation != "none") text += ", " + perturbation_name(grid, course.perturbation);
  if (driver.latencies[cell.latency].name != "none") text += ", " + driver.latencies[cell.latency].name;
  return text + ", repetition " + std::to_string(cell.repetition + 1);
}

}  // namespace pitlane
