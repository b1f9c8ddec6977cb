// What a study's page adds to its totals: more figures, every pair of drivers, drivers by perturbation.
#pragma once

#include <string>
#include <vector>

#include "pitlane/study/study_pairs.h"
#include "pitlane/study/study_totals.h"

namespace pitlane {

/// Folded tables below the totals; `totals`: study_totals(result).
std::string more_totals_html(const StudyResult& result, const std::vector<StudyTotal>& totals);
std::string pairs_html(const StudyResult& result, const std::vector<StudyPair>& pairs);
/// What Holm's method corrects for: pairs that have data. "3 pairs", or "3 pairs (deviation and lap time: 1)" where
/// some have no drive that both completed.
std::string compared_pairs_text(const std::vector<StudyPair>& pairs);

/// One driver under one perturbation, all courses and latencies together.
struct PerturbedShare {
  int driven = 0, completed = 0;
  double mean_deviation_m = 0;  ///< over completed drives; 0 without one
};
/// By driver, then in the order of study_perturbations(grid).
std::vector<std::vector<PerturbedShare>> perturbed_shares(const StudyResult& result);
/// Rows: drivers. Columns: perturbations. Empty where there is one.
std::string perturbed_table_html(const StudyResult& result);

/// Digits behind the point, in the order of kMoreStudyFigures.
inline constexpr std::array<int, kMoreStudyFigures.size()> kMoreStudyDecimals{3, 3, 3, 2, 2, 2, 2, 3, 3, 1, 1};
/// For people, in the same order.
inline constexpr std::array<const char*, kMoreStudyFigures.size()> kMoreStudyTitles{"RMSE, m",
                                                                                    "p95, m",
                                                                                    "Max, m",
                                                                                    "Speed, m/s",
                                                                                    "Off-road, s",
                                                                                    "Line lost, s",
                                                                                    "Wrong way, s",
                                                                                    "Suddenness of v, m/s",
                                                                                    "Suddenness of w, rad/s",
                                                                                    "Frame age, ms",
                                                                                    "Frame age p95, ms"};

}  // namespace pitlane
