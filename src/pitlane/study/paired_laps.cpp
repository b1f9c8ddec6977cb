#include "pitlane/study/paired_laps.h"

#include <algorithm>

#include "pitlane/measure/latency_model.h"

namespace pitlane {

bool same_drive(const LapRow& a, const LapRow& b) {
  return a.circuit == b.circuit && a.reverse == b.reverse && a.latency == b.latency && a.seed == b.seed;
}

std::vector<PairedDeviation> paired_deviations(const std::vector<LapRow>& own, const std::vector<LapRow>& baseline) {
  std::vector<PairedDeviation> out;
  for (const LapRow& lap : baseline) {
    const auto pair = std::ranges::find_if(own, [&](const LapRow& other) { return same_drive(other, lap); });
    if (!lap.result.completed || pair == own.end() || !pair->result.completed) continue;
    auto at = std::ranges::find(out, lap.latency, &PairedDeviation::latency);
    if (at == out.end()) at = out.insert(out.end(), PairedDeviation{.latency = lap.latency});
    at->own_m = std::max(at->own_m, pair->result.deviation.mean);
    at->baseline_m = std::max(at->baseline_m, lap.result.deviation.mean);
  }
  return out;
}

std::optional<PairedDeviation> worst_paired(const std::vector<LapRow>& own, const std::vector<LapRow>& baseline) {
  const std::vector<PairedDeviation> all = paired_deviations(own, baseline);
  const auto worst = std::ranges::max_element(all, {}, &PairedDeviation::more_m);
  return worst == all.end() ? std::nullopt : std::optional(*worst);
}

int laps_lost(const std::vector<LapRow>& own, const std::vector<LapRow>& baseline) {
  return static_cast<int>(std::ranges::count_if(baseline, [&](const LapRow& lap) {
    return lap.result.completed && std::ranges::none_of(own, [&](const LapRow& other) {
             return other.result.completed && same_drive(other, lap);
           });
  }));
}

std::string at_latency(const std::string& latency) {
  return latency == LatencyModel::none().name() ? "without latency" : "at latency " + latency;
}

}  // namespace pitlane
