// How an episode was driven, in the numbers of BehaviorMetrics in right units. Definitions in docs/metrics.md.
#pragma once

#include <vector>

#include "pitlane/measure/episode.h"

namespace pitlane {

/// Of |distance to the line| over all points. `bm_compat` is what BehaviorMetrics prints as position_deviation_mae:
/// the mean of 1000 to the power of the distance in metres, for tables made by it; infinite far off the road.
DeviationSummary summarize_deviation(const std::vector<TrajectoryPoint>& trajectory);

/// Between neighbouring points, after the step in which the car starts: that one says nothing of the driving.
SpeedRange summarize_speed(const std::vector<TrajectoryPoint>& trajectory);

/// Mean absolute change from one decision to the next.
Suddenness summarize_suddenness(const std::vector<Command>& decisions);

/// Of the ages at which frames became commands, seconds.
FrameAge summarize_frame_age(std::vector<double> ages_s);

/// 0..100 in the manner of the CARLA Autonomous Driving Leaderboard 2.0: route completion (%) times penalties: 0.65 for
/// each collision with static things, and the share of the route that was driven on the road.
double driving_score(const EpisodeResult& result);

}  // namespace pitlane
