#include "pitlane/measure/episode.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <deque>
#include <optional>
#include <utility>

#include "pitlane/measure/behaviour.h"
#include "pitlane/measure/referee.h"

namespace pitlane {
namespace {

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

/// Controller::decide: others are no result.
bool is_of_the_drive(const Error& error) {
  return error.kind() == ErrorKind::kNumeric || error.kind() == ErrorKind::kInvalidArgument;
}

// The event loop. Events at one time are handled in this order: a command acts, a frame appears, a decision starts.
// Times are whole nanoseconds, so that "at one time" means what it says however a latency of 60 ms adds up.
class EpisodeRun {
  struct Pending {
    std::int64_t time_ns, frame_ns;
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
    frame_ages_s_.push_back(seconds(pending_.front().time_ns - pending_.front().frame_ns));
    pending_.pop_front();
    world_.act(in_force_);
  }

  void record_trajectory() {
    result_.trajectory.push_back(
        {world_.time_s(), world_.pose(), referee_.deviation_m(), referee_.progress_m(), in_force_});
  }

  // When the frame that is exposed now gets into the slot; empty: never.
  [[nodiscard]] std::optional<std::int64_t> arrival(std::int64_t exposed_ns) const {
    const std::optional<double> delay_s = world_.frame_delay_s(exposed_ns / period_ns_);
    if (!delay_s) return std::nullopt;
    return exposed_ns + nanoseconds(*delay_s);
  }

  // When a decision on the frame that is exposed now starts; empty where it never arrives or a newer one has arrived
  // by then.
  [[nodiscard]] std::optional<std::int64_t> decision_start() const {
    const std::optional<std::int64_t> arrives_ns = arrival(frame_ns_);
    if (!arrives_ns) return std::nullopt;
    const std::int64_t start_ns = std::max(*arrives_ns, free_at_ns_);
    for (std::int64_t newer_ns = frame_ns_ + period_ns_; newer_ns <= start_ns; newer_ns += period_ns_) {
      const std::optional<std::int64_t> newer_arrives_ns = arrival(newer_ns);
      if (newer_arrives_ns && *newer_arrives_ns <= start_ns) return std::nullopt;
    }
    return start_ns;
  }

  // The mailbox in foresight: when the controller becomes free is known, so a frame that a newer one will have
  // replaced by then is not even drawn, and one that will be taken is decided upon at once. What the decision can
  // know is fixed at exposure; only its command waits.
  Status frame_appears() {
    const std::optional<std::int64_t> start_ns = decision_start();
    if (!start_ns) {
      ++result_.frames_skipped;
      return {};
    }
    PITLANE_TRY(const Observation observation, world_.observe());
    const double started = wall_clock_s();
    Result<Command> decided = controller_.decide(observation);
    result_.decide_s.push_back(std::max(0.0, wall_clock_s() - started - controller_.detour_s()));
    if (!decided && !is_of_the_drive(decided.error())) return decided.error();
    if (decided && (!std::isfinite(decided->v_mps) || !std::isfinite(decided->w_radps)))
      decided = numeric_error("the command is not finite");
    if (!decided) {
      result_.failure = decided.error().message();
      return {};
    }
    ++result_.frames_used;
    free_at_ns_ = *start_ns + nanoseconds(options_.latency.draw_s(random_));
    pending_.push_back({free_at_ns_, frame_ns_, *decided});
    decisions_.push_back(*decided);
    return {};
  }

  Result<EpisodeResult> finish(EpisodeEnd end, double started) {
    result_.end = end;
    result_.collisions = end == EpisodeEnd::kCollision ? 1 : 0;
    referee_.report(result_);
    result_.deviation = summarize_deviation(result_.trajectory);
    result_.speed_mps = summarize_speed(result_.trajectory);
    result_.suddenness = summarize_suddenness(decisions_);
    result_.frame_age = summarize_frame_age(std::move(frame_ages_s_));
    if (result_.simulated_s > 0) result_.decisions_hz = result_.frames_used / result_.simulated_s;
    const int frames = result_.frames_used + result_.frames_skipped;
    if (frames > 0) result_.target_frequency_reached = 100.0 * result_.frames_used / frames;
    result_.driving_score = driving_score(result_);
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
  std::deque<Pending> pending_;  // in the order of their times
  Command in_force_;
  std::vector<Command> decisions_;
  std::vector<double> frame_ages_s_;
};

}  // namespace

const char* to_string(EpisodeEnd end) {
  switch (end) {
    case EpisodeEnd::kCompleted:
      return "completed";
    case EpisodeEnd::kOffRoad:
      return "off the road";
    case EpisodeEnd::kCollision:
      return "collision";
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
