#include "pitlane/study/laps_by_latency.h"

#include <algorithm>

namespace pitlane {

std::vector<LatencyLaps> laps_by_latency(const StrategyRow& row) {
  std::vector<LatencyLaps> out;
  for (const LapRow& lap : row.laps) {
    auto found = std::ranges::find(out, lap.latency, &LatencyLaps::latency);
    if (found == out.end()) found = out.insert(out.end(), LatencyLaps{.latency = lap.latency});
    ++found->laps;
    found->completed += lap.result.completed ? 1 : 0;
    found->mean_deviation_m += lap.result.deviation.mean;
    found->worst_mean_deviation_m = std::max(found->worst_mean_deviation_m, lap.result.deviation.mean);
  }
  for (LatencyLaps& at : out) at.mean_deviation_m /= at.laps;
  return out;
}

std::vector<std::string> driven_latencies(const TuneResult& result) {
  std::vector<std::string> out;
  for (const StrategyRow& row : result.rows)
    for (const LapRow& lap : row.laps)
      if (std::ranges::find(out, lap.latency) == out.end()) out.push_back(lap.latency);
  return out;
}

}  // namespace pitlane
