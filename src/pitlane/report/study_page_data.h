// What the scripts of a study's page read (page/study.js, page/track.js).
#pragma once

#include <string>
#include <vector>

#include "pitlane/study/study_totals.h"

namespace pitlane {

/// Numbers of `totals` and `conditions` with their intervals, circuits, and drives that have a trajectory.
std::string study_page_data(const StudyResult& result, const std::vector<StudyTotal>& totals,
                            const std::vector<StudyTotal>& conditions);

}  // namespace pitlane
