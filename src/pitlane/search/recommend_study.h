// Which network of a study to put on a robot, and why, in words.
#pragma once

#include <vector>

#include "pitlane/study/study_run.h"
#include "pitlane/study/study_totals.h"

namespace pitlane {

/// The safest network is the one that completed the largest share of its drives; of those that completed as much, the
/// one that kept closest to the line. Where it completed every repetition (on a circuit in a direction, under a
/// perturbation and a latency), another may lose this share of its drives and still drive as well: elsewhere luck
/// decides, ...
inline constexpr double kLossTolerance = 0.02;
/// ... unless over all drives it completed fewer than chance explains (paired test, p below this), ...
inline constexpr double kSignificantLoss = 0.05;
/// ... and its mean deviation, where both completed, may be so much larger: a quarter of the painted line.
inline constexpr double kDeviationTolerance_m = 0.05;

/// May the wall clock have a say? Without it equal cells give equal sentences.
enum class DecisionTiming { kCounts, kLeftOut };

/// Among the networks of the study that drive as well as the safest one (above): the fastest, by the median time of its
/// decisions on one machine; ties (kLatencyTie) to the smaller file, ties of these (kSizeTie) to the smaller deviation.
/// Where no machine drove them all, or times are left out, the file decides. No network where none completed a drive.
/// No reasons either where fewer than two networks were driven: nothing is compared then.
/// `totals`: study_totals(result), whose bootstrap takes its time; without it, it is computed anew.
StudyRecommendation recommend(const StudyResult& result, const std::vector<StudyTotal>& totals, DecisionTiming timing);
StudyRecommendation recommend(const StudyResult& result, DecisionTiming timing);

}  // namespace pitlane
