// One drive: a World, a Controller, a latency; out come the trajectory and the lap's numbers.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "pitlane/core/progress.h"
#include "pitlane/core/result.h"
#include "pitlane/measure/controller.h"
#include "pitlane/measure/latency_model.h"
#include "pitlane/measure/world.h"

namespace pitlane {

struct EpisodeOptions {
  int laps = 1;
  std::uint64_t seed = 1;
  LatencyModel latency = LatencyModel::none();
  /// Simulated; 0: as long as the laps take at 2 m/s, at least 600 s.
  double timeout_s = 0;
  double off_road_limit_m = 3.0;  ///< farther from the line than this, the car is lost: the episode ends
};

inline constexpr double kLongestEpisode_s = 100'000;  ///< simulated: the most that timeout_s may be

/// State every camera period.
struct TrajectoryPoint {
  double time_s = 0;
  Pose pose;
  double deviation_m = 0;  ///< signed distance to the reference line, positive to its left
  double progress_m = 0;   ///< arc length driven along the line since the start
  Command command;         ///< in force, or on its way through slow actuators
};

enum class EpisodeEnd { kCompleted, kOffRoad, kCollision, kTimeout, kStuck, kWrongWay, kControllerFailed };
const char* to_string(EpisodeEnd end);

struct DeviationSummary {
  double mean = 0, rmse = 0, p95 = 0, max = 0;  ///< metres, of |distance to the line|
  double total = 0;                             ///< metres, summed over camera periods
  double bm_compat = 0;                         ///< what BehaviorMetrics calls position_deviation_mae; no unit
};

struct SpeedRange {
  double min = 0, max = 0;  ///< m/s
};

struct Suddenness {
  double v_mps = 0, w_radps = 0;
};

struct FrameAge {
  double mean_s = 0, p95_s = 0, max_s = 0;
};

/// Definitions in docs/metrics.md.
struct EpisodeResult {
  EpisodeEnd end = EpisodeEnd::kTimeout;
  std::string failure;  ///< one line, for kControllerFailed
  bool completed = false;
  double circuit_length_m = 0;
  double completed_distance_m = 0;            ///< farthest place reached along the line, at most the laps asked for
  double effective_completed_distance_m = 0;  ///< of that, what was driven on the road
  double percentage_completed = 0;            ///< 0..100 of the laps asked for
  double distance_m = 0;                      ///< sum of position steps
  double lap_time_s = 0;                      ///< mean over completed laps, finish interpolated; 0 without one
  double average_speed_mps = 0;               ///< distance / simulated time
  double simulated_s = 0;
  double off_road_s = 0;   ///< time with a deviation beyond half the road's width
  double line_lost_s = 0;  ///< time without the line before the camera
  double wrong_way_s = 0;  ///< time turned by more than 90 degrees from the line's direction
  int collisions = 0;      ///< with walls; the first one ends the episode
  DeviationSummary deviation;
  SpeedRange speed_mps;
  Suddenness suddenness;
  FrameAge frame_age;
  int frames_used = 0;                  ///< frames that became commands
  int frames_skipped = 0;               ///< frames that no inference looked at: replaced by a newer one, or lost
  double decisions_hz = 0;              ///< decisions in a simulated second
  double target_frequency_reached = 0;  ///< decisions_hz in percent of the camera's rate
  double driving_score = 0;             ///< 0..100, behaviour.h
  std::vector<TrajectoryPoint> trajectory;
  // Wall clock, so not reproducible:
  double wall_s = 0;
  std::vector<double> decide_s;  ///< one per used frame, without Controller::detour_s
};

/// Frames exist at k * camera_period. A one-slot mailbox keeps the newest; a decision starts when the controller
/// is free and the slot holds an unused frame; its command acts at start + latency. A frame that arrives late (see
/// World::frame_delay_s) gets into the slot then, unless a newer one has been there.
/// Progress, every simulated second: metres of all laps. Errors: of the world; of the controller, but for those that
/// end the episode as failed; interrupted.
Result<EpisodeResult> run_episode(World& world, Controller& controller, const EpisodeOptions& options,
                                  const ProgressFn& progress = {});

}  // namespace pitlane
