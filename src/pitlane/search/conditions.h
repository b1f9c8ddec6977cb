// What a row must satisfy to be recommended, and how far it is from that.
#pragma once

#include <string>
#include <vector>

#include "pitlane/study/tune_result.h"

namespace pitlane {

/// One condition that a row does not meet.
struct Shortfall {
  std::string text;   ///< part of a sentence: "its median latency of 3.2 ms is 0.2 ms (6.7 %) above the limit of 3 ms"
  std::string brief;  ///< for a list of rows: "3.2 ms"
  double excess = 0;  ///< relative distance from the limit, > 0; infinite where it cannot be judged
};

/// Laps that the baseline completed, paired with the row's by circuit, direction, latency and seed.
struct LapPairing {
  int baseline_completed = 0;
  int kept = 0;  ///< of these, completed by the row too
};
LapPairing pair_laps(const StrategyRow& row, const StrategyRow& baseline);

/// Does the track judge it, in place of its MSE? See recommend().
bool judged_by_driving(const StrategyRow& row, const StrategyRow& baseline, const Constraints& constraints);

/// Empty: the row may be recommended. A failed row has one shortfall with infinite excess. `chosen`: what the search
/// that found it came to with it, may be null.
std::vector<Shortfall> shortfalls(const StrategyRow& row, const StrategyRow& baseline, const Constraints& constraints,
                                  const SearchedStudent* chosen = nullptr);

}  // namespace pitlane
