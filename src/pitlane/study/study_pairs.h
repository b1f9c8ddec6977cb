// Every driver of a study against every other, on the drives that both have. Definitions in docs/metrics.md.
#pragma once

#include <array>
#include <cstddef>
#include <span>
#include <vector>

#include "pitlane/study/study_totals.h"

namespace pitlane {

struct StudyPair {
  std::size_t driver = 0, other = 0;  ///< driver after other
  StudyDifferences figures;           ///< driver less other
  /// p-values corrected for the pairs that have data, each figure for itself; 1 where no drive can be compared.
  std::array<double, kStudyFigures.size()> corrected_p{};
};

/// All pairs; (1, 0), (2, 0), (2, 1), ...
std::vector<StudyPair> study_pairs(const StudyResult& result);

/// Of m values the k-th smallest times m - k + 1, at least what smaller ones became, at most 1; in the order given. The
/// chance that any of them falls below 0.05 where nothing differs is then at most 0.05 (S. Holm, "A Simple Sequentially
/// Rejective Multiple Test Procedure", 1979).
std::vector<double> holm_corrected(std::span<const double> p_values);

/// All that a study's documents compare; made once for all of them, since bootstrap and tests take their time.
struct StudyComparisons {
  std::vector<StudyTotal> totals, conditions, courses;
  std::vector<StudyPair> pairs;
};
StudyComparisons compare_study(const StudyResult& result);

}  // namespace pitlane
