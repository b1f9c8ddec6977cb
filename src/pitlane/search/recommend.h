// Which row to put on the robot, and why, in words.
#pragma once

#include "pitlane/study/tune_result.h"

namespace pitlane {

/// Among rows that satisfy every constraint, complete every lap that the baseline completes, and stay within
/// 10 % of the baseline's MSE: the fastest (p50), ties (5 %) to the smaller file. Exactly three reasons, in
/// plain sentences with numbers. Nothing satisfies: no strategy; the reasons name each constraint that fails
/// and by how much for the row that came closest.
Recommendation recommend(const TuneResult& result);

}  // namespace pitlane
