#include <string>

#include "pitlane/report/csv_line.h"
#include "pitlane/report/drive_figures.h"
#include "pitlane/report/report.h"

namespace pitlane {

std::string laps_csv(const TuneResult& result) {
  CsvLine titles;
  for (const char* name : {"strategy", "circuit", "held_out", "reverse", "latency", "seed"})
    titles.add(std::string_view(name));
  add_drive_titles(titles);
  add_timing_titles(titles);
  std::string out = titles.end();
  for (const StrategyRow& row : result.rows)
    for (const LapRow& lap : row.laps) {
      CsvLine line;
      line.add(row.strategy).add(lap.circuit).add(std::string_view(lap.held_out ? "yes" : "no"));
      line.add(std::string_view(lap.reverse ? "yes" : "no")).add(lap.latency).add(std::to_string(lap.seed));
      add_drive(line, lap.result);
      add_timing(line, lap.result);
      out += line.end();
    }
  return out;
}

}  // namespace pitlane
