// Which row to put on the robot, and why, in words.
#pragma once

#include "pitlane/study/tune_result.h"

namespace pitlane {

/// Largest loss of accuracy accepted where the user names none: 10 % of the baseline's MSE.
inline constexpr double kDefaultMseIncrease = 0.10;
/// At each latency, the largest mean deviation of a lap accepted above the baseline's there, metres, where the track
/// judges a student.
inline constexpr double kStudentDeviation_m = 0.02;
/// Median latencies this close count as equal; the smaller file decides.
inline constexpr double kLatencyTie = 0.05;
/// So do files; the smaller MSE decides.
inline constexpr double kSizeTie = 0.01;
/// A smaller MSE is worth a word where it is smaller by more than this: less is noise.
inline constexpr double kMseTie = 0.01;

/// Among rows that did not fail, satisfy every constraint, complete every lap that the baseline completes, and keep the
/// MSE within `max_mse_increase` (kDefaultMseIncrease where not given) of the baseline's: the fastest (p50), ties to
/// the smaller file, ties of these to the smaller MSE. Where the network was driven, one that completes no lap is never
/// recommended. Laps are paired by circuit, direction, latency and seed. What was not measured cannot be held
/// against a row, unless a constraint asks for it: a limit that nobody could check is not met.
///
/// A student answers otherwise than the baseline and may drive as well: where both were driven and no
/// `max_mse_increase` is given, its mean deviation counts in place of its MSE, at each latency at most
/// kStudentDeviation_m above the baseline's on the laps that both complete, or the user's own limit where there is one.
/// The same holds of the laps that chose it, which are many more.
///
/// Always three reasons, plain sentences with numbers: speed and size (with who was left out, or lost a tie, and by
/// what), accuracy, driving. Nothing satisfies: no strategy; `closest` is the row whose worst relative shortfall is
/// smallest, and the reasons name each condition it fails and by how much.
Recommendation recommend(const TuneResult& result);

}  // namespace pitlane
