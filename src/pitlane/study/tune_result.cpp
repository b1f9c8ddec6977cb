#include "pitlane/study/tune_result.h"

#include <algorithm>

namespace pitlane {

bool completes_all(const StrategyRow& row) {
  return !row.laps.empty() &&
         std::all_of(row.laps.begin(), row.laps.end(), [](const LapRow& lap) { return lap.result.completed; });
}

double worst_mean_deviation_m(const StrategyRow& row) {
  double worst = 0;
  for (const LapRow& lap : row.laps) worst = std::max(worst, lap.result.deviation.mean);
  return worst;
}

double worst_deviation_m(const StrategyRow& row) {
  double worst = 0;
  for (const LapRow& lap : row.laps) worst = std::max(worst, lap.result.deviation.max);
  return worst;
}

int laps_completed(const StrategyRow& row) {
  return static_cast<int>(
      std::count_if(row.laps.begin(), row.laps.end(), [](const LapRow& lap) { return lap.result.completed; }));
}

double relative_mse(const StrategyRow& row, const StrategyRow& baseline) {
  if (!row.accuracy || !baseline.accuracy) return 0;
  const double reference = baseline.accuracy->mse;
  const double value = row.accuracy->mse;
  if (reference == value) return 0;
  return (value - reference) / reference;
}

}  // namespace pitlane
