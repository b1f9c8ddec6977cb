// How students drive on the tuning circuits, beside the network that taught them.
#pragma once

#include <vector>

#include "pitlane/core/progress.h"
#include "pitlane/core/result.h"
#include "pitlane/engine/plan.h"
#include "pitlane/network/network.h"
#include "pitlane/search/halving.h"
#include "pitlane/study/course.h"
#include "pitlane/study/laps.h"

namespace pitlane {

/// One thread. What is named must outlive it.
class TuningLaps {
 public:
  /// Each course is driven several times, with seeds of their own, made of that of `options`.
  TuningLaps(const Network& baseline, const std::vector<Course>& courses, const LapOptions& options);

  /// Fills in laps, completed, lost, deviation_m and excess_m; nothing where there is no course. The baseline drives
  /// before the first student: the same laps in each run. Errors: as drive_laps().
  Status drive(const Network& network, const Plan& plan, const ProgressFn& progress, Trial& trial);

 private:
  [[nodiscard]] Result<std::vector<LapRow>> laps_of(const Network& network, const Plan& plan,
                                                    const ProgressFn& progress) const;
  Status drive_baseline(const ProgressFn& progress);

  const Network& baseline_;
  const std::vector<Course>& courses_;
  LapOptions options_;
  std::vector<LapRow> baseline_laps_;
};

}  // namespace pitlane
