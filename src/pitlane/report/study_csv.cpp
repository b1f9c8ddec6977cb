#include <string>

#include "pitlane/report/csv_line.h"
#include "pitlane/report/drive_figures.h"
#include "pitlane/report/study_report.h"

namespace pitlane {
namespace {

std::string header(Timing timing) {
  CsvLine line;
  for (const char* name :
       {"network", "runtime", "circuit", "held_out", "reverse", "perturbation", "latency", "repetition", "seed"})
    line.add(std::string_view(name));
  add_drive_titles(line);
  if (timing == Timing::kIncluded) {
    add_timing_titles(line);
    for (const char* name : {"timing_machine", "timing_code"}) line.add(std::string_view(name));
  }
  return line.end();
}

std::string_view yes_or_no(bool value) { return value ? "yes" : "no"; }

void add_empty(CsvLine& line, std::size_t fields) {
  for (std::size_t i = 0; i < fields; ++i) line.add(std::string_view());
}

// A line as long as that of a drive: no lap time, no counts, no figure, no version.
void add_undriven(CsvLine& line, const std::string& failure) {
  line.add(yes_or_no(false)).add(std::string_view("not_driven")).add(failure);
  add_empty(line, 1 + 3 + drive_figures().size() + 1);
}

std::string cell_line(const StudyResult& result, std::size_t index, Timing timing) {
  const StudyCell& cell = result.cells[index];
  const StudyDriver& driver = result.grid.drivers[cell.driver];
  const Course& course = driver.courses[cell.course];
  const CellOutcome& outcome = result.outcomes[index];
  CsvLine line;
  line.add(driver.name).add(driver.runtime).add(course.circuit).add(yes_or_no(course.held_out));
  line.add(yes_or_no(course.reverse)).add(course.perturbation).add(driver.latencies[cell.latency].name);
  line.add(static_cast<std::int64_t>(cell.repetition + 1)).add(std::to_string(cell.seed));
  if (outcome.episode)
    add_drive(line, *outcome.episode);
  else
    add_undriven(line, outcome.failure);
  if (timing == Timing::kIncluded) {
    if (outcome.episode)
      add_timing(line, *outcome.episode);
    else
      add_empty(line, timing_figures().size());
    line.add(outcome.origin.machine).add(outcome.origin.code);
  }
  return line.end();
}

}  // namespace

std::string study_csv(const StudyResult& result, Timing timing) {
  std::string out = header(timing);
  for (std::size_t i = 0; i < result.cells.size(); ++i) out += cell_line(result, i, timing);
  return out;
}

}  // namespace pitlane
