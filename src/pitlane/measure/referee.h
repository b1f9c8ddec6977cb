// Watches a car from one look to the next: progress along the line, laps, lost time, and the reasons to stop.
#pragma once

#include <cmath>
#include <optional>
#include <vector>

#include "pitlane/measure/episode.h"
#include "pitlane/measure/line_tracker.h"
#include "pitlane/measure/world.h"

namespace pitlane {

/// Whoever calls `look` promises that the car moved on without a change of command since the last look.
class Referee {
 public:
  Referee(const World& world, const EpisodeOptions& options);

  void start(double time_s, const Pose& pose);
  void look(double time_s, const Pose& pose);

  /// Why the episode ends now; empty: it goes on.
  [[nodiscard]] std::optional<EpisodeEnd> verdict() const;
  [[nodiscard]] double deviation_m() const { return now_.deviation_m; }
  [[nodiscard]] double progress_m() const { return progress_m_; }
  [[nodiscard]] double wanted_m() const { return options_.laps * tracker_.length_m(); }

  /// All that does not follow from the trajectory alone.
  void report(EpisodeResult& result) const;

 private:
  [[nodiscard]] int laps_done() const { return static_cast<int>(finish_times_s_.size()); }
  [[nodiscard]] double next_finish_m() const { return (laps_done() + 1) * tracker_.length_m(); }
  [[nodiscard]] bool is_on_road() const { return std::abs(now_.deviation_m) <= now_.road_width_m / 2; }
  [[nodiscard]] bool touches_wall() const;
  [[nodiscard]] bool faces_backwards(const Pose& pose) const;
  void count_lost_time(double seconds);
  [[nodiscard]] bool reaches_next_checkpoint(double deviation_m, double progress_before_m) const;
  void finish_laps(double time_s, double progress_before_m);

  EpisodeOptions options_;
  ReferenceLine line_;
  std::optional<ViewCone> view_;
  LineTracker tracker_;
  LineTracker::Position now_;
  Pose pose_;
  double time_s_ = 0, progress_m_ = 0, farthest_m_ = 0, effective_m_ = 0, distance_m_ = 0;
  double off_road_s_ = 0, line_lost_s_ = 0, wrong_way_s_ = 0;
  double headway_m_ = 0, headway_time_s_ = 0;
  std::vector<double> finish_times_s_;
};

}  // namespace pitlane
