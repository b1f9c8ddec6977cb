// pitlane record: the expert drives circuits; frames and its commands become a recording.
#include <array>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "pitlane/cli/command_line.h"
#include "pitlane/cli/model_file.h"
#include "pitlane/cli/output_file.h"
#include "pitlane/cli/terminal.h"
#include "pitlane/cli/track_source.h"
#include "pitlane/cli/verb.h"
#include "pitlane/core/file.h"
#include "pitlane/data/recording_writer.h"
#include "pitlane/engine/plan.h"
#include "pitlane/measure/network_controller.h"
#include "pitlane/sim/recorder.h"

namespace pitlane::cli {
namespace {

struct Flags {
  std::vector<std::string> circuits;
  std::string out, driver;
  double driver_latency_ms = 0;
  std::int64_t frames = 24000;
  bool whole_frames = false;
  RecordOptions record;
};

constexpr float kSlowest_mps = 6.5, kFastest_mps = 24, kFastestTurn_radps = 7.1;

RecordingManifest manifest(const RecordOptions& options, const std::vector<std::shared_ptr<const Track>>& tracks) {
  RecordingManifest out;
  out.labels = {{"v", "m/s", kSlowest_mps, kFastest_mps}, {"w", "rad/s", -kFastestTurn_radps, kFastestTurn_radps}};
  out.stored = options.preprocessing;
  for (const auto& track : tracks) out.circuits.push_back(track->circuit.name());
  return out;
}

// The network at the wheel, or nothing where the expert drives.
Result<MakeDriver> chosen_driver(const Flags& flags) {
  if (flags.driver.empty()) return MakeDriver();
  PITLANE_TRY(const ModelFile file, open_model(flags.driver));
  PITLANE_TRY(const auto plan, compile(file.network));
  return MakeDriver([network = file.network, plan](const World&) -> Result<std::unique_ptr<Controller>> {
    PITLANE_TRY(auto controller, NetworkController::create(network, *plan));
    return std::unique_ptr<Controller>(std::move(controller));
  });
}

// Frames of two recordings in one folder could never be told apart again.
Status check_place(const std::filesystem::path& out) {
  std::error_code ignored;
  for (const char* index : {"recording.json", "data.csv", "data.json", "driving_log.csv"})
    if (std::filesystem::exists(out / index, ignored))
      return invalid_argument(out.string() + ": holds a recording already (" + index +
                              "); choose another directory or remove it");
  return check_output_directory(out);
}

// Nothing half done stays: the folder is what it was before.
Error give_up(const Error& error, RecordingWriter& writer, const std::filesystem::path& out, bool was_there) {
  writer.discard();
  std::error_code ignored;
  if (!was_there) std::filesystem::remove(out, ignored);
  if (error.kind() != ErrorKind::kInterrupted) return error;
  return {error.kind(), "interrupted; a recording cannot be continued, so nothing of it is kept"};
}

Result<int> run(Flags flags) {
  const std::filesystem::path out = flags.out;
  PITLANE_TRY_STATUS(check_place(out));
  PITLANE_TRY(const MakeDriver driver, chosen_driver(flags));
  std::vector<std::shared_ptr<const Track>> tracks;
  PITLANE_TRY(const auto named, open_tracks(flags.circuits));
  for (const auto& track : named)
    if (!flags.circuits.empty() || !track->circuit.definition().held_out) tracks.push_back(track);
  std::error_code ignored;
  const bool was_there = std::filesystem::exists(out, ignored);
  PITLANE_TRY_STATUS(make_writable_directory(out));
  // A network shows where it goes wrong only while it drives; random places are the expert's part.
  flags.record.driven_frames = driver ? flags.frames : flags.frames * 2 / 3;
  flags.record.random_frames = flags.frames - flags.record.driven_frames;
  flags.record.driver_latency_s = flags.driver_latency_ms / 1000;
  if (flags.whole_frames) flags.record.preprocessing.reset();
  RecordingWriter writer(out, manifest(flags.record, tracks), command_line(), flags.record.seed);
  const FrameSink sink = [&](const RecordedFrame& frame) {
    return writer.add(frame.picture, frame.width, frame.height, std::array{frame.label.v_mps, frame.label.w_radps},
                      frame.time_s, frame.session);
  };
  ProgressBar bar;
  Status recorded = record_frames(tracks, flags.record, sink, bar.callback(), driver);
  bar.clear();
  if (recorded.ok()) recorded = writer.finish();
  if (!recorded.ok()) return give_up(recorded.error(), writer, out, was_there);
  std::printf("%s: %lld frames from %zu circuits\n", flags.out.c_str(), static_cast<long long>(flags.frames),
              tracks.size());
  return kSuccess;
}

}  // namespace

void declare_record(CLI::App& app, Chosen& chosen) {
  CLI::App* verb = app.add_subcommand("record", "Let the expert drive circuits and record frames with its commands");
  const auto flags = std::make_shared<Flags>();
  verb->add_option("--circuit", flags->circuits, "names or files (default: all of our own that are not held out)");
  verb->add_option("--out", flags->out, "directory for data.csv, recording.json and the frames")->required();
  verb->add_option("--frames", flags->frames, "frames in all")->check(CLI::Range(1, 10000000))->capture_default_str();
  verb->add_option("--seed", flags->record.seed, "of everything random")->capture_default_str();
  verb->add_option("--driver", flags->driver,
                   "a network that drives while the expert says what it should have done (DAgger)");
  verb->add_option("--driver-latency-ms", flags->driver_latency_ms, "the network's commands act this much later")
      ->check(CLI::Range(0.0, 1000.0))
      ->capture_default_str();
  verb->add_flag("--whole-frames", flags->whole_frames, "store 640x480 frames instead of what the network sees");
  verb->callback([&chosen, flags] { chosen.action = [flags] { return run(*flags); }; });
}

}  // namespace pitlane::cli
