// Every figure of a drive (docs/metrics.md), once: what CSV files and the pages' full tables are made of.
#pragma once

#include <span>
#include <vector>

#include "pitlane/measure/episode.h"
#include "pitlane/report/csv_line.h"

namespace pitlane {

/// Which rules the driving score follows; a score without its version cannot be compared with another.
inline constexpr const char* kDrivingScoreVersion = "carla-leaderboard-2.0";
/// For captions.
inline constexpr const char* kDrivingScoreWords =
    "Driving score: 0 to 100 in the manner of the CARLA leaderboard 2.0, without its infractions that need traffic.";

struct DriveFigure {
  const char* name;   ///< stable, with its unit: a column of CSV files
  const char* title;  ///< for people
  int decimals;       ///< for people
  double (*value)(const EpisodeResult&);
};

/// All that the simulator's clock decides.
std::span<const DriveFigure> drive_figures();
/// What the wall clock decides; names begin with "timing_". NaN where it is not known.
std::span<const DriveFigure> timing_figures();

/// In the order: completed, end, failure, lap time, counts, drive_figures.
void add_drive_titles(CsvLine& line);
void add_drive(CsvLine& line, const EpisodeResult& episode);
void add_timing_titles(CsvLine& line);
void add_timing(CsvLine& line, const EpisodeResult& episode);

}  // namespace pitlane
