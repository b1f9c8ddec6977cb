#include "pitlane/sim/recorder.h"

#include <algorithm>
#include <cmath>
#include <deque>
#include <set>
#include <utility>

#include "pitlane/core/random.h"
#include "pitlane/driver/preprocess.h"
#include "pitlane/sim/car.h"

namespace pitlane {
namespace {

std::vector<int> merged(const std::vector<int>& a, const std::vector<int>& b) {
  std::set<int> all(a.begin(), a.end());
  all.insert(b.begin(), b.end());
  return {all.begin(), all.end()};
}

constexpr std::uint64_t kSpeeds = 0x5BEED;

// What shakes the car: yaw rate, in rad/s, one value a camera period.
class Disturbance {
 public:
  Disturbance(const RecordOptions& options, std::uint64_t seed) : options_(options), random_(seed) {}

  double next(double period_s) {
    // Exact discretisation of the process, so that the spread does not depend on the period.
    const double keep = std::exp(-period_s / options_.noise_time_s);
    drift_ = keep * drift_ + options_.noise_radps * std::sqrt(1 - keep * keep) * random_.normal();
    if (kick_left_s_ <= 0 && random_.chance(options_.kicks_per_s * period_s)) {
      kick_left_s_ = options_.kick_s;
      kick_ = random_.chance(0.5) ? options_.kick_radps : -options_.kick_radps;
    }
    const double kick = kick_left_s_ > 0 ? kick_ : 0;
    kick_left_s_ -= period_s;
    return drift_ + kick;
  }

 private:
  const RecordOptions& options_;
  Random random_;
  double drift_ = 0, kick_ = 0, kick_left_s_ = 0;
};

// One circuit in one direction with everything that drives on it.
struct Stage {
  Stage(std::shared_ptr<const Track> track, const SimOptions& sim, const ExpertOptions& expert_options)
      : world(std::move(track), sim), expert(world.reference_line(), expert_options), tracker(world.reference_line()) {}
  SimWorld world;
  Expert expert;
  LineTracker tracker;
  std::unique_ptr<Controller> driver;  // null: the expert drives
};

class Recorder {
 public:
  Recorder(const RecordOptions& options, const FrameSink& sink, const ProgressFn& progress)
      : options_(options), sink_(sink), progress_(progress) {}

  Status prepare(const std::vector<std::shared_ptr<const Track>>& tracks, const MakeDriver& make_driver) {
    if (tracks.empty()) return invalid_argument("no circuit to record on; name one");
    if (options_.driven_frames < 0 || options_.random_frames < 0 || options_.session_frames < 1)
      return invalid_argument("a recording needs frame counts that are not negative and sessions of at least 1 frame");
    if (options_.driven_frames + options_.random_frames > 10'000'000)
      return invalid_argument("a recording has at most 10,000,000 frames");
    if (options_.preprocessing) PITLANE_TRY_STATUS(prepare_resizer(*options_.preprocessing));
    SimOptions sim;
    sim.variation = options_.variation;
    sim.camera = options_.camera;
    for (const auto& track : tracks) {
      for (const bool reverse : {false, true}) {
        if (reverse && !options_.both_directions) continue;
        sim.reverse = reverse;
        stages_.push_back(std::make_unique<Stage>(track, sim, options_.expert));
        PITLANE_TRY_STATUS(seat_driver(*stages_.back(), make_driver));
      }
    }
    return {};
  }

  Status run() {
    total_ = options_.driven_frames + options_.random_frames;
    // Driven and random sessions alternate in proportion, so that a recording that is cut short is no worse mixed.
    while (done_ < total_) {
      const double driven_share = share(driven_done_, options_.driven_frames);
      const bool drive = driven_share < 1 && driven_share <= share(random_done_, options_.random_frames);
      const std::int64_t left = drive ? options_.driven_frames - driven_done_ : options_.random_frames - random_done_;
      const auto frames = static_cast<int>(std::min<std::int64_t>(left, options_.session_frames));
      const int turn = drive ? driven_sessions_++ : random_sessions_++;
      Stage& stage = *stages_[static_cast<std::size_t>(turn) % stages_.size()];
      PITLANE_TRY_STATUS(drive ? drive_session(stage, frames) : random_session(stage, frames));
      (drive ? driven_done_ : random_done_) += frames;
      ++session_;
    }
    return report(progress_, {"record", done_, total_, ""}) ? Status() : Status(interrupted());
  }

 private:
  static double share(std::int64_t done, std::int64_t of) {
    return of == 0 ? 1 : static_cast<double>(done) / static_cast<double>(of);
  }

  Status prepare_resizer(const Preprocessing& preprocessing) {
    if (preprocessing.source_width != options_.camera.width || preprocessing.source_height != options_.camera.height)
      return invalid_argument("the preprocessing is made for frames of " + std::to_string(preprocessing.source_width) +
                              "x" + std::to_string(preprocessing.source_height) + ", the camera gives " +
                              std::to_string(options_.camera.width) + "x" + std::to_string(options_.camera.height));
    PITLANE_TRY(FrameResizer resizer, FrameResizer::create(preprocessing));
    resizer_.emplace(std::move(resizer));
    picture_.resize(resizer_->output_bytes());
    return {};
  }

  Status seat_driver(Stage& stage, const MakeDriver& make_driver) {
    std::vector<int> rows, columns;
    if (resizer_) rows = resizer_->source_rows(), columns = resizer_->source_columns();
    if (make_driver) {
      PITLANE_TRY(stage.driver, make_driver(stage.world));
      const FrameResizer* view = stage.driver->view();
      if (view == nullptr) rows.clear(), columns.clear();
      if (view != nullptr && resizer_)
        rows = merged(rows, view->source_rows()), columns = merged(columns, view->source_columns());
    }
    stage.world.restrict_view(rows, columns);
    return {};
  }

  // Somewhere on the circuit.
  Pose pose_on_line(Stage& stage, Random& random, double side_m, double heading_rad) {
    const auto& points = stage.world.reference_line().points;
    const std::size_t i = random.index(points.size());
    const auto &a = points[i], &b = points[(i + 1) % points.size()];
    const double heading = std::atan2(b.y_m - a.y_m, b.x_m - a.x_m);
    const double side = side_m * random.normal();
    return {a.x_m - side * std::sin(heading), a.y_m + side * std::cos(heading),
            heading + heading_rad * random.normal()};
  }

  void put(Stage& stage, const Pose& pose) {
    ++drive_;
    stage.world.place(pose);
    stage.expert.reset();
    stage.tracker.locate(pose.x_m, pose.y_m);
    if (stage.driver) stage.driver->reset();
  }

  Status begin_session(Stage& stage) {
    drive_ = -1;
    PITLANE_TRY_STATUS(stage.world.reset(options_.seed));
    stage.world.change_appearance(mix64(options_.seed ^ mix64(static_cast<std::uint64_t>(session_))));
    return {};
  }

  Status drive_session(Stage& stage, int frames) {
    Random random = Random::fork(options_.seed, 2 * static_cast<std::uint64_t>(session_));
    Disturbance disturbance(options_, random.next());
    PITLANE_TRY_STATUS(begin_session(stage));
    put(stage, pose_on_line(stage, random, 0.1, 0.05));
    const double period_s = stage.world.camera_period_s();
    std::deque<std::pair<double, Command>> pending;
    for (int k = 0; k < frames; ++k) {
      const double now_s = k * period_s;
      PITLANE_TRY_STATUS(advance(stage.world, pending, now_s));
      const Pose pose = stage.world.pose();
      const double off_m = std::abs(stage.tracker.follow(pose.x_m, pose.y_m).deviation_m);
      if (off_m > options_.give_up_m) {
        put(stage, pose_on_line(stage, random, 0.1, 0.05));
        pending.clear();
      }
      PITLANE_TRY(const Observation observation, stage.world.observe());
      const Command label = stage.expert.command(stage.world.pose());
      PITLANE_TRY_STATUS(emit(observation, label, observation.speed_mps));
      if (stage.driver) {
        PITLANE_TRY(const Command command, stage.driver->decide(observation));
        pending.emplace_back(now_s + options_.driver_latency_s, command);
      } else {
        pending.emplace_back(now_s, Command{label.v_mps, label.w_radps + disturbance.next(period_s)});
      }
    }
    return {};
  }

  // To `time_s`, each waiting command taking over at its time.
  static Status advance(SimWorld& world, std::deque<std::pair<double, Command>>& pending, double time_s) {
    while (!pending.empty() && pending.front().first <= time_s) {
      PITLANE_TRY_STATUS(world.advance_to(std::max(pending.front().first, world.time_s())));
      world.act(pending.front().second);
      pending.pop_front();
    }
    return world.advance_to(time_s);
  }

  Status random_session(Stage& stage, int frames) {
    Random random = Random::fork(options_.seed, 2 * static_cast<std::uint64_t>(session_) + 1);
    // Apart, so that places do not depend on speeds. Any speed: a network that sees it must not learn that it goes on
    // as it went.
    Random speeds = Random::fork(options_.seed ^ kSpeeds, static_cast<std::uint64_t>(session_));
    PITLANE_TRY_STATUS(begin_session(stage));
    for (int k = 0; k < frames; ++k) {
      const double wide = random.chance(0.2) ? 2 : 1;
      const Pose pose = pose_on_line(stage, random, wide * options_.random_side_m, wide * options_.random_heading_rad);
      put(stage, pose);
      PITLANE_TRY(const Observation observation, stage.world.observe());
      PITLANE_TRY_STATUS(emit(observation, stage.expert.command(pose), speeds.uniform(0, options_.expert.fastest_mps)));
    }
    return {};
  }

  Status emit(const Observation& observation, const Command& label, double speed_mps) {
    if (!report(progress_, {"record", done_, total_, ""})) return interrupted();
    RecordedFrame frame;
    const ImageView& image = observation.frames.front();
    if (resizer_) {
      PITLANE_CHECK(resizer_->run(image, picture_));
      frame.picture = picture_;
      frame.width = options_.preprocessing->width, frame.height = options_.preprocessing->height;
    } else {
      frame.picture = {image.data, 3 * static_cast<std::size_t>(image.width) * static_cast<std::size_t>(image.height)};
      frame.width = image.width, frame.height = image.height;
    }
    frame.label = label;
    frame.speed_mps = speed_mps;
    frame.command = observation.command;
    frame.session = session_;
    frame.drive = drive_;
    frame.index = done_;
    frame.total = total_;
    frame.time_s = static_cast<double>(done_) * stages_.front()->world.camera_period_s();
    ++done_;
    return sink_(frame);
  }

  const RecordOptions& options_;
  const FrameSink& sink_;
  const ProgressFn& progress_;
  std::vector<std::unique_ptr<Stage>> stages_;
  std::optional<FrameResizer> resizer_;
  std::vector<std::uint8_t> picture_;
  std::int64_t done_ = 0, total_ = 0, driven_done_ = 0, random_done_ = 0;
  int session_ = 0, drive_ = 0, driven_sessions_ = 0, random_sessions_ = 0;
};

}  // namespace

Status record_frames(const std::vector<std::shared_ptr<const Track>>& tracks, const RecordOptions& options,
                     const FrameSink& sink, const ProgressFn& progress, const MakeDriver& driver) {
  Recorder recorder(options, sink, progress);
  PITLANE_TRY_STATUS(recorder.prepare(tracks, driver));
  return recorder.run();
}

}  // namespace pitlane
