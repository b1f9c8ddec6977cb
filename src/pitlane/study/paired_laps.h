// Laps of two networks on the same drives: only what both complete can be compared, and each latency by itself, since
// delay can hide at one what is lost at the other.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "pitlane/study/laps.h"

namespace pitlane {

/// Circuit, direction, latency and seed.
bool same_drive(const LapRow& a, const LapRow& b);

/// At one latency, of the laps that both complete: who leaves the road early has a small mean.
struct PairedDeviation {
  std::string latency;    ///< as LapRow::latency
  double own_m = 0;       ///< the largest mean deviation of a lap
  double baseline_m = 0;  ///< the same
  [[nodiscard]] double more_m() const { return own_m - baseline_m; }
};

/// In the order in which the baseline's laps name latencies; none for those at which no lap is completed by both.
std::vector<PairedDeviation> paired_deviations(const std::vector<LapRow>& own, const std::vector<LapRow>& baseline);

/// The latency at which `own` is farthest above the baseline; empty where there is no pair of laps.
std::optional<PairedDeviation> worst_paired(const std::vector<LapRow>& own, const std::vector<LapRow>& baseline);

/// How many of the baseline's completed laps `own` does not complete.
int laps_lost(const std::vector<LapRow>& own, const std::vector<LapRow>& baseline);

/// "without latency", "at latency 60ms".
std::string at_latency(const std::string& latency);

}  // namespace pitlane
