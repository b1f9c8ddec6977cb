#include "pitlane/search/tuning_laps.h"

#include <cstdint>
#include <optional>
#include <utility>

#include "pitlane/core/random.h"
#include "pitlane/study/paired_laps.h"
#include "pitlane/study/tune_result.h"

namespace pitlane {
namespace {

constexpr std::uint64_t kTuningLaps = 0xA070;
// Drives of each course and latency, each from another start under another sky: a student that is about to be lost may
// come round once. A lap with it takes hundredths of a second.
constexpr std::uint64_t kDrives = 4;

}  // namespace

TuningLaps::TuningLaps(const Network& baseline, const std::vector<Course>& courses, const LapOptions& options)
    : baseline_(baseline), courses_(courses), options_(options) {}

Result<std::vector<LapRow>> TuningLaps::laps_of(const Network& network, const Plan& plan,
                                                const ProgressFn& progress) const {
  std::vector<LapRow> all;
  LapOptions options = options_;
  for (std::uint64_t drive = 0; drive < kDrives; ++drive) {
    options.seed = mix64(options_.seed ^ (kTuningLaps + drive));
    PITLANE_TRY(std::vector<LapRow> laps, drive_laps(network, plan, courses_, options, progress));
    for (LapRow& lap : laps) all.push_back(std::move(lap));
  }
  return all;
}

Status TuningLaps::drive(const Network& network, const Plan& plan, const ProgressFn& progress, Trial& trial) {
  if (courses_.empty()) return {};
  PITLANE_TRY_STATUS(drive_baseline(progress));
  StrategyRow row;
  PITLANE_TRY(row.laps, laps_of(network, plan, progress));
  trial.laps = static_cast<int>(row.laps.size());
  trial.completed = laps_completed(row);
  trial.lost = laps_lost(row.laps, baseline_laps_);
  trial.deviation_m = worst_mean_deviation_m(row);
  const std::optional<PairedDeviation> beside = worst_paired(row.laps, baseline_laps_);
  trial.excess_m = beside ? beside->more_m() : trial.deviation_m;
  return {};
}

Status TuningLaps::drive_baseline(const ProgressFn& progress) {
  if (!baseline_laps_.empty()) return {};
  PITLANE_TRY(const auto plan, compile(baseline_));
  PITLANE_TRY(baseline_laps_, laps_of(baseline_, *plan, progress));
  return {};
}

}  // namespace pitlane
