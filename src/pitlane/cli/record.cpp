// pitlane record: the expert drives circuits; frames and its commands become a recording.
#include <cstdio>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "pitlane/cli/command_line.h"
#include "pitlane/cli/drive_car.h"
#include "pitlane/cli/model_file.h"
#include "pitlane/cli/number_range.h"
#include "pitlane/cli/output_file.h"
#include "pitlane/cli/terminal.h"
#include "pitlane/cli/track_source.h"
#include "pitlane/cli/verb.h"
#include "pitlane/core/file.h"
#include "pitlane/core/log.h"
#include "pitlane/data/recording_writer.h"
#include "pitlane/engine/plan.h"
#include "pitlane/measure/network_controller.h"
#include "pitlane/sim/recorder.h"

namespace pitlane::cli {
namespace {

struct RecordFlags {
  std::vector<std::string> circuits;
  std::string out, driver;
  double driver_latency_ms = 0;
  std::int64_t frames = 24000;
  bool whole_frames = false;
  ModelFlags model;  // of --driver
  VehicleOptions vehicle;
  RecordOptions record;
};

constexpr float kSlowest_mps = 6.5, kFastest_mps = 24, kFastestTurn_radps = 7.1;

// Whoever drives, and as what its frames are stored and labelled.
struct Driving {
  MakeDriver make;                      // nothing where the expert drives
  std::optional<Preprocessing> stored;  // whole frames where empty
  VehicleAdapter vehicle;
  CameraGeometry camera;
  bool steers = false;  // the network has no outputs v and w but one of steering
};

RecordingManifest manifest(const Driving& driving, const std::vector<std::shared_ptr<const Track>>& tracks) {
  RecordingManifest out;
  out.labels = {{"v", "m/s", kSlowest_mps, kFastest_mps}, {"w", "rad/s", -kFastestTurn_radps, kFastestTurn_radps}};
  if (driving.steers) out.labels.push_back({"steering", "1", -1, 1});
  out.stored = driving.stored;
  for (const auto& track : tracks) out.circuits.push_back(track->circuit.name());
  return out;
}

// Pictures that a network can learn from later are those that it sees. One that sees a single channel gets whole
// frames: pictures are stored in colour.
std::optional<Preprocessing> seen_by(const Preprocessing& own) {
  if (channels_of(own.format) == 3) return own;
  log_info(std::string("the network's pictures are ") + to_string(own.format) + ": whole frames are stored");
  return std::nullopt;
}

Result<Driving> chosen_driving(const RecordFlags& flags) {
  Driving out;
  if (!flags.whole_frames) out.stored = Preprocessing{};
  if (flags.driver.empty() || flags.driver == kExpert) return out;
  if (flags.driver == kLineFollower) {
    out.make = make_line_follower;
    return out;
  }
  PITLANE_TRY(const ModelFile file, open_one_camera_model(flags.driver, flags.model));
  PITLANE_TRY(const auto plan, compile(file.network));
  PITLANE_TRY(out.vehicle, VehicleAdapter::create(flags.vehicle, file.network.outputs));
  out.steers = out.vehicle.steering({1, 0}).has_value();
  PITLANE_TRY(const SimOptions sim, sim_options_for(file.network));
  out.camera = sim.camera;
  PITLANE_TRY(const InputSpec* image, image_input(file.network));
  if (!flags.whole_frames) out.stored = seen_by(image->preprocessing);
  out.make = [network = file.network, plan,
              vehicle = flags.vehicle](const World&) -> Result<std::unique_ptr<Controller>> {
    PITLANE_TRY(auto controller, NetworkController::create(network, *plan, vehicle));
    return std::unique_ptr<Controller>(std::move(controller));
  };
  return out;
}

// Frames of two recordings in one folder could never be told apart again, and somebody's own pictures may have the
// names that the frames get.
Status check_place(const std::filesystem::path& out) {
  PITLANE_TRY_STATUS(check_output_directory(out));
  std::error_code error;
  for (const char* index :
       {"recording.json", "data.csv", "data.json", "dataset.csv", "driving_log.csv", "manifest.json"})
    if (std::filesystem::exists(out / index, error))
      return invalid_argument(out.string() + ": holds a recording already (" + index +
                              "); choose another directory or remove it");
  const std::filesystem::directory_iterator first(out, error);
  if (!error && first != std::filesystem::directory_iterator())
    return invalid_argument(out.string() + ": is not empty (it holds " + first->path().filename().string() +
                            "); choose another directory");
  return {};
}

// Makes the folder; takes it away again unless it is kept, where it was not there before and is empty.
class Place {
 public:
  static Result<std::unique_ptr<Place>> make(const std::filesystem::path& out) {
    std::error_code ignored;
    const bool was_there = std::filesystem::exists(out, ignored);
    PITLANE_TRY_STATUS(make_writable_directory(out));
    return std::unique_ptr<Place>(new Place(out, was_there));
  }
  ~Place() {
    std::error_code ignored;
    if (!kept_) std::filesystem::remove(out_, ignored);
  }
  Place(const Place&) = delete;
  Place& operator=(const Place&) = delete;
  void keep() { kept_ = true; }

 private:
  Place(std::filesystem::path out, bool was_there) : out_(std::move(out)), kept_(was_there) {}
  std::filesystem::path out_;
  bool kept_;
};

Result<std::vector<std::shared_ptr<const Track>>> chosen_tracks(const RecordFlags& flags) {
  PITLANE_TRY(auto tracks, open_tracks(flags.circuits));
  if (flags.circuits.empty())
    std::erase_if(tracks, [](const auto& track) { return track->circuit.definition().held_out; });
  return tracks;
}

// The recorder draws in RGB; the manifest says in which order the network wants the channels.
RecordOptions record_options(const RecordFlags& flags, const Driving& driving) {
  RecordOptions options = flags.record;
  // A network shows where it goes wrong only while it drives; random places are the expert's part.
  options.driven_frames = driving.make ? flags.frames : flags.frames * 2 / 3;
  options.random_frames = flags.frames - options.driven_frames;
  options.driver_latency_s = flags.driver_latency_ms / 1000;
  options.camera = driving.camera;
  options.preprocessing = driving.stored;
  if (options.preprocessing) options.preprocessing->format = PixelFormat::kRgb;
  return options;
}

// What is left undone goes with `writer`.
Status drive_and_write(const std::vector<std::shared_ptr<const Track>>& tracks, const RecordOptions& options,
                       const Driving& driving, RecordingWriter& writer) {
  const FrameSink sink = [&](const RecordedFrame& frame) {
    std::vector<double> labels = {frame.label.v_mps, frame.label.w_radps};
    if (driving.steers) labels.push_back(driving.vehicle.steering(frame.label).value_or(0));
    return writer.add(frame.picture, frame.width, frame.height, labels, frame.time_s, frame.session,
                      {frame.speed_mps, frame.command, frame.drive});
  };
  ProgressBar bar;
  PITLANE_TRY_STATUS(record_frames(tracks, options, sink, bar.callback(), driving.make));
  return writer.finish();
}

Result<int> run(const RecordFlags& flags) {
  const std::filesystem::path out = flags.out;
  PITLANE_TRY_STATUS(check_place(out));
  PITLANE_TRY(const Driving driving, chosen_driving(flags));
  PITLANE_TRY(const auto tracks, chosen_tracks(flags));
  PITLANE_TRY(const std::unique_ptr<Place> place, Place::make(out));
  const RecordOptions options = record_options(flags, driving);
  RecordingWriter writer(out, manifest(driving, tracks), command_line(), options.seed);
  const Status recorded = drive_and_write(tracks, options, driving, writer);
  if (!recorded.ok() && recorded.error().kind() == ErrorKind::kInterrupted)
    return Error(ErrorKind::kInterrupted, "interrupted; a recording cannot be continued, so nothing of it is kept");
  if (!recorded.ok()) return recorded.error();
  place->keep();
  std::printf("%s: %lld frames from %zu circuits\n", printable(flags.out).c_str(), static_cast<long long>(flags.frames),
              tracks.size());
  return kSuccess;
}

}  // namespace

void declare_record(CLI::App& app, Chosen& chosen) {
  CLI::App* verb = app.add_subcommand("record", "Let the expert drive circuits and record frames with its commands");
  const auto flags = std::make_shared<RecordFlags>();
  verb->add_option("--circuit", flags->circuits, "names or files (default: all of our own that are not held out)");
  verb->add_option("--out", flags->out, "directory for data.csv, recording.json and the frames")->required();
  verb->add_option("--frames", flags->frames, "frames in all")->check(whole(1, 10000000))->capture_default_str();
  verb->add_option("--seed", flags->record.seed, "of everything random")->check(seed())->capture_default_str();
  verb->add_option("--driver", flags->driver,
                   "who drives while the expert says what to do: a network (DAgger), or line-follower, which sees the "
                   "line and has no network (default: the expert itself, with noise to recover from)");
  verb->add_option("--vehicle", flags->vehicle.adapter,
                   "how the network's outputs move the car: auto, direct, "
                   "steering:SPEED_MPS[:MAX_CURVATURE_PER_M[:left|right]]")
      ->capture_default_str();
  verb->add_option("--driver-latency-ms", flags->driver_latency_ms, "the driver's commands act this much later")
      ->check(within(0, 1000))
      ->capture_default_str();
  verb->add_flag("--whole-frames", flags->whole_frames,
                 "store 640x480 frames instead of what PilotNet (or the network of --driver) sees");
  add_model_flags(*verb, flags->model);
  verb->callback([&chosen, flags, verb] {
    chosen.action = [flags, verb]() -> Result<int> {
      if (flags->driver.empty() || is_driver_of_ours(flags->driver))
        PITLANE_TRY_STATUS(refuse_model_flags(*verb, "is about the network of --driver, and there is none"));
      return run(*flags);
    };
  });
}

}  // namespace pitlane::cli
