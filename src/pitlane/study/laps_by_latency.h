// A network's laps at each latency apart: a delay can cost what a table over all laps hides.
#pragma once

#include <string>
#include <vector>

#include "pitlane/study/tune_result.h"

namespace pitlane {

/// Deviations are of all laps, incomplete ones too, as in worst_mean_deviation_m().
struct LatencyLaps {
  std::string latency;  ///< as LapRow::latency
  int laps = 0, completed = 0;
  double mean_deviation_m = 0;        ///< mean of the laps' mean deviations
  double worst_mean_deviation_m = 0;  ///< the largest of them
};

/// In the order in which the row's laps name them; empty where it was not driven.
std::vector<LatencyLaps> laps_by_latency(const StrategyRow& row);

/// Latencies of all rows, each once, in order of first appearance.
std::vector<std::string> driven_latencies(const TuneResult& result);

}  // namespace pitlane
