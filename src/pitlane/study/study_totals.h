// What a study says about each driver over its drives. Definitions in docs/metrics.md.
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "pitlane/measure/statistics.h"
#include "pitlane/study/study_run.h"

namespace pitlane {

/// How a metric compares with another driver on the same cells.
struct StudyDifference {
  int pairs = 0;               ///< cells where both have a value; none: nothing below is known
  double mean_difference = 0;  ///< this driver's less the other's
  double p_value = 1;
};
/// Mean of a metric, and its difference to the first driver.
struct StudyFigure : StudyDifference {
  MeanEstimate estimate;
};

/// Names of figures, stable: what `completed` is a share of, metres, seconds, 0..100.
inline constexpr std::array<const char*, 4> kStudyFigures{"completion", "mean_deviation_m", "lap_time_s",
                                                          "driving_score"};

/// More of a driver over all its drives, with intervals alone. Deviations and speed are of completed drives, the others
/// of all that were driven: who leaves the road does not lose its time off the road.
inline constexpr std::array<const char*, 11> kMoreStudyFigures{
    "deviation_m_rmse", "deviation_m_p95",  "deviation_m_max",    "average_speed_mps", "off_road_s",      "line_lost_s",
    "wrong_way_s",      "suddenness_v_mps", "suddenness_w_radps", "frame_age_ms_mean", "frame_age_ms_p95"};

/// One for each of kStudyFigures.
using StudyDifferences = std::array<StudyDifference, kStudyFigures.size()>;

struct StudyTotal {
  std::size_t driver = 0;
  std::string latency, perturbation, course;  ///< empty: over all of them; a course is "ring" or "ring reverse"
  int cells = 0, completed = 0;
  int failed = 0;   ///< the controller failed, or the cell could not be driven; part of those not completed
  int missing = 0;  ///< not driven yet, and no part of any figure
  std::array<StudyFigure, kStudyFigures.size()> figures;
  std::vector<MeanEstimate> more;  ///< kMoreStudyFigures; of study_totals alone
};

/// One for each driver, in order.
std::vector<StudyTotal> study_totals(const StudyResult& result);
/// Of one driver to any `other`, without a bootstrap: much quicker.
StudyDifferences study_differences(const StudyResult& result, std::size_t driver, std::size_t other);
/// One for each driver, latency and perturbation; empty where the study has one of each.
std::vector<StudyTotal> study_conditions(const StudyResult& result);
/// One for each driver, circuit and direction; empty where the study has one of each.
std::vector<StudyTotal> study_courses(const StudyResult& result);

}  // namespace pitlane
