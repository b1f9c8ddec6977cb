// How a budget's limit on the track is measured: lap by lap, against the baseline's laps.
#pragma once

#include <vector>

#include "pitlane/optimize/accuracy_control.h"
#include "pitlane/study/course.h"
#include "pitlane/study/laps.h"

namespace pitlane {

/// Drives the laps that the baseline completes on circuits that are not held out, those on which it is farthest from
/// the line first, and stops where the limit is broken: by a lap that is not completed, or by one whose mean deviation
/// is more than the limit (metres, or a share of the baseline's largest mean deviation on these at the lap's latency).
/// `baseline`: its laps on these courses by these options. `courses` and `options` must outlive the function. Errors:
/// all circuits are held out, the baseline completes no lap, or breaks the limit itself.
Result<TrackFn> track_judge(const std::vector<Course>& courses, const LapOptions& options, const BudgetLimit& limit,
                            const std::vector<LapRow>& baseline);

}  // namespace pitlane
