// What a study found, in words. Sentences are plain texts.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "pitlane/study/study_totals.h"

namespace pitlane {

/// Who completed the largest share of its drives; of those who completed as much, who kept closest to the line. Empty
/// where nobody completed a drive.
std::optional<std::size_t> best_driver(const std::vector<StudyTotal>& totals);

/// Who is best and how sure that is, what was not completed, what could not be driven or is missing.
std::vector<std::string> study_summary(const StudyResult& result, const std::vector<StudyTotal>& totals);

}  // namespace pitlane
