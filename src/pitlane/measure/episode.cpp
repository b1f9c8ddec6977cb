#include "pitlane/measure/episode.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <deque>
#include <optional>
#include <utility>

#include "pitlane/measure/line_tracker.h"
#include "pitlane/measure/percentile.h"

namespace pitlane {
namespace {

constexpr double kStuck_s = 5;              // no headway for this long ...
constexpr double kStuck_m = 0.5;            // ... means less than this
constexpr double kWrongWay_m = 5;           // driven back from the farthest place reached
constexpr double kSlowest_mps = 2;          // of an episode without a timeout of its own ...
constexpr double kShortestTimeout_s = 600;  // ... which is never less than this

double wall_clock_s() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

Status check(const EpisodeOptions& options, const World& world) {
  if (options.laps < 1) return invalid_argument("an episode needs at least 1 lap");
  if (!std::isfinite(options.timeout_s) || options.timeout_s < 0 || options.timeout_s > kLongestEpisode_s)
    return invalid_argument("an episode's timeout must be within 0..100000 s");
  if (!(options.off_road_limit_m > 0)) return invalid_argument("the off-road limit must be positive");
  if (!(world.camera_period_s() > 0)) return invalid_argument("the world's camera period must be positive");
  return {};
}

// Progress along the line, laps and the reasons to stop, from one look at the car to the next.
class Referee {
 public:
  Referee(const World& world, const EpisodeOptions& options)
      : options_(options), tracker_(world.reference_line()), road_half_m_(world.reference_line().road_width_m / 2) {
    if (options_.timeout_s == 0)
      options_.timeout_s = std::max(kShortestTimeout_s, options.laps * tracker_.length_m() / kSlowest_mps);
  }

  void start(double time_s, const Pose& pose) {
    last_ = tracker_.locate(pose.x_m, pose.y_m);
    last_pose_ = pose;
    headway_time_s_ = time_s;
    last_time_s_ = time_s;
  }

  // The car moved on without a change of command since the last look.
  void look(double time_s, const Pose& pose) {
    const LineTracker::Position now = tracker_.follow(pose.x_m, pose.y_m);
    const double before_m = progress_m_;
    progress_m_ += std::remainder(now.arc_m - last_.arc_m, tracker_.length_m());
    distance_m_ += std::hypot(pose.x_m - last_pose_.x_m, pose.y_m - last_pose_.y_m);
    if (std::abs(last_.deviation_m) > road_half_m_) off_road_s_ += time_s - last_time_s_;
    while (laps_done() < options_.laps && progress_m_ >= next_finish_m()) {
      const double share = (next_finish_m() - before_m) / (progress_m_ - before_m);
      finish_times_s_.push_back(last_time_s_ + share * (time_s - last_time_s_));
    }
    if (progress_m_ > headway_m_ + kStuck_m) headway_m_ = progress_m_, headway_time_s_ = time_s;
    farthest_m_ = std::max(farthest_m_, progress_m_);
    last_ = now;
    last_pose_ = pose;
    last_time_s_ = time_s;
  }

  [[nodiscard]] std::optional<EpisodeEnd> verdict() const {
    if (laps_done() >= options_.laps) return EpisodeEnd::kCompleted;
    if (!(std::abs(last_.deviation_m) <= options_.off_road_limit_m)) return EpisodeEnd::kOffRoad;
    if (farthest_m_ - progress_m_ > kWrongWay_m) return EpisodeEnd::kWrongWay;
    if (last_time_s_ - headway_time_s_ >= kStuck_s) return EpisodeEnd::kStuck;
    if (last_time_s_ >= options_.timeout_s) return EpisodeEnd::kTimeout;
    return std::nullopt;
  }

  [[nodiscard]] int laps_done() const { return static_cast<int>(finish_times_s_.size()); }
  [[nodiscard]] double deviation_m() const { return last_.deviation_m; }
  [[nodiscard]] double progress_m() const { return progress_m_; }
  [[nodiscard]] double wanted_m() const { return options_.laps * tracker_.length_m(); }

  void report(EpisodeResult& result) const {
    result.completed = laps_done() >= options_.laps;
    result.percentage_completed = result.completed ? 100 : 100 * std::clamp(farthest_m_ / wanted_m(), 0.0, 1.0);
    result.distance_m = distance_m_;
    result.simulated_s = last_time_s_;
    result.average_speed_mps = last_time_s_ > 0 ? distance_m_ / last_time_s_ : 0;
    result.lap_time_s = laps_done() > 0 ? finish_times_s_.back() / laps_done() : 0;
    result.off_road_s = off_road_s_;
  }

 private:
  [[nodiscard]] double next_finish_m() const { return (laps_done() + 1) * tracker_.length_m(); }

  EpisodeOptions options_;
  LineTracker tracker_;
  double road_half_m_;
  LineTracker::Position last_;
  Pose last_pose_;
  double last_time_s_ = 0, progress_m_ = 0, farthest_m_ = 0, distance_m_ = 0, off_road_s_ = 0;
  double headway_m_ = 0, headway_time_s_ = 0;
  std::vector<double> finish_times_s_;
};

DeviationSummary summarize_deviation(const std::vector<TrajectoryPoint>& trajectory) {
  DeviationSummary summary;
  std::vector<double> all;
  for (const TrajectoryPoint& point : trajectory) all.push_back(std::abs(point.deviation_m));
  if (all.empty()) return summary;
  std::sort(all.begin(), all.end());
  const auto n = static_cast<double>(all.size());
  double squares = 0;
  for (const double d : all) summary.mean += d / n, squares += d * d / n;
  summary.rmse = std::sqrt(squares);
  summary.p95 = percentile(all, 0.95);
  summary.max = all.back();
  return summary;
}

// The event loop. Events at one time are handled in this order: a command acts, a frame appears, a decision starts.
// Times are whole nanoseconds, so that "at one time" means what it says however a latency of 60 ms adds up.
class EpisodeRun {
  struct Pending {
    std::int64_t time_ns;
    Command command;
  };

 public:
  EpisodeRun(World& world, Controller& controller, const EpisodeOptions& options, const ProgressFn& progress)
      : progress_(progress),
        world_(world),
        controller_(controller),
        options_(options),
        referee_(world, options),
        random_(Random::fork(options.seed, 0x1A7E)),
        period_ns_(std::max<std::int64_t>(1, nanoseconds(world.camera_period_s()))) {}

  Result<EpisodeResult> run() {
    const double started = wall_clock_s();
    referee_.start(world_.time_s(), world_.pose());
    for (;;) {
      const bool acts_first = !pending_.empty() && pending_.front().time_ns <= frame_ns_;
      PITLANE_TRY_STATUS(world_.advance_to(seconds(acts_first ? pending_.front().time_ns : frame_ns_)));
      referee_.look(world_.time_s(), world_.pose());
      if (acts_first) {
        act();
        continue;  // judged at the next frame
      }
      record_trajectory();
      if (const auto verdict = referee_.verdict()) return finish(*verdict, started);
      if (frame_ns_ >= next_report_ns_ && !go_on()) return interrupted();
      PITLANE_TRY_STATUS(frame_appears());
      if (!result_.failure.empty()) return finish(EpisodeEnd::kControllerFailed, started);
      frame_ns_ += period_ns_;
    }
  }

 private:
  static std::int64_t nanoseconds(double seconds) { return std::llround(seconds * 1e9); }
  static double seconds(std::int64_t nanoseconds) { return static_cast<double>(nanoseconds) / 1e9; }

  bool go_on() {
    next_report_ns_ = frame_ns_ + nanoseconds(1);
    const auto metres = [](double m) { return static_cast<std::int64_t>(std::max(m, 0.0)); };
    return report(progress_, {"drive", metres(referee_.progress_m()), metres(referee_.wanted_m()), ""});
  }

  void act() {
    in_force_ = pending_.front().command;
    pending_.pop_front();
    world_.act(in_force_);
  }

  void record_trajectory() {
    result_.trajectory.push_back(
        {world_.time_s(), world_.pose(), referee_.deviation_m(), referee_.progress_m(), in_force_});
  }

  // The mailbox in foresight: when the controller becomes free is known, so a frame that a newer one will have
  // replaced by then is not even drawn, and one that will be taken is decided upon at once. What the decision can
  // know is fixed at exposure; only its command waits.
  Status frame_appears() {
    if (free_at_ns_ >= frame_ns_ + period_ns_) {
      ++result_.frames_skipped;
      return {};
    }
    PITLANE_TRY(const Observation observation, world_.observe());
    const double started = wall_clock_s();
    Result<Command> decided = controller_.decide(observation);
    result_.decide_s.push_back(wall_clock_s() - started);
    if (decided && (!std::isfinite(decided->v_mps) || !std::isfinite(decided->w_radps)))
      decided = numeric_error("the command is not finite");
    if (!decided) {
      result_.failure = decided.error().message();
      return {};
    }
    ++result_.frames_used;
    free_at_ns_ = std::max(frame_ns_, free_at_ns_) + nanoseconds(options_.latency.draw_s(random_));
    pending_.push_back({free_at_ns_, *decided});
    return {};
  }

  Result<EpisodeResult> finish(EpisodeEnd end, double started) {
    result_.end = end;
    referee_.report(result_);
    result_.deviation = summarize_deviation(result_.trajectory);
    result_.wall_s = wall_clock_s() - started;
    return std::move(result_);
  }

  const ProgressFn& progress_;
  World& world_;
  Controller& controller_;
  EpisodeOptions options_;
  Referee referee_;
  Random random_;
  EpisodeResult result_;
  std::int64_t period_ns_;
  std::int64_t frame_ns_ = 0;  // exposure of the next frame
  std::int64_t next_report_ns_ = 0;
  std::int64_t free_at_ns_ = 0;
  std::deque<Pending> pending_;  // at most two: one on its way and the one decided upon after it
  Command in_force_;
};

}  // namespace

const char* to_string(EpisodeEnd end) {
  switch (end) {
    case EpisodeEnd::kCompleted:
      return "completed";
    case EpisodeEnd::kOffRoad:
      return "off the road";
    case EpisodeEnd::kTimeout:
      return "timeout";
    case EpisodeEnd::kStuck:
      return "stuck";
    case EpisodeEnd::kWrongWay:
      return "wrong way";
    case EpisodeEnd::kControllerFailed:
      return "controller failed";
  }
  return "unknown";
}

Result<EpisodeResult> run_episode(World& world, Controller& controller, const EpisodeOptions& options,
                                  const ProgressFn& progress) {
  PITLANE_TRY_STATUS(check(options, world));
  if (world.reference_line().points.size() < 3) return invalid_argument("the world has no reference line");
  if (const FrameResizer* view = controller.view())
    world.restrict_view(view->source_rows(), view->source_columns());
  else
    world.restrict_view({}, {});
  PITLANE_TRY_STATUS(world.reset(options.seed));
  controller.reset();
  return EpisodeRun(world, controller, options, progress).run();
}

}  // namespace pitlane
