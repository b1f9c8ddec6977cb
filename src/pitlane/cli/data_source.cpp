#include "pitlane/cli/data_source.h"
#include "pitlane/cli/number_range.h"

#include <utility>

#include "pitlane/core/log.h"

namespace pitlane::cli {
namespace {

constexpr std::size_t kShownProblems = 3;

void tell_problems(const std::vector<std::string>& problems, const char* what) {
  if (problems.empty()) return;
  log_warning(std::to_string(problems.size()) + " " + what + ":");
  for (std::size_t i = 0; i < problems.size() && i < kShownProblems; ++i) log_warning("  " + problems[i]);
  if (problems.size() > kShownProblems)
    log_warning("  and " + std::to_string(problems.size() - kShownProblems) + " more");
}

}  // namespace

void add_data_flags(CLI::App& verb, DataFlags& flags, bool required) {
  auto* data = verb.add_option("--data", flags.directories,
                               "recordings: DeepLearningStudio, Udacity or Pitlane folders (recognised by themselves)");
  if (required) data->required();
  verb.add_option("--format", flags.recording.format, "auto, deeplearningstudio, udacity or pitlane")
      ->capture_default_str();
  verb.add_option("--split", flags.split,
                  "how validation data is set apart: auto, session, or blocks:ROWS:N (every N-th block of ROWS)")
      ->capture_default_str();
  verb.add_option("--steering-correction", flags.recording.steering_correction,
                  "added to the steering of left side cameras, taken from that of right ones")
      ->check(within(-1, 1))
      ->capture_default_str();
  verb.add_flag("!--no-side-cameras", flags.recording.side_cameras, "leave side cameras out");
}

Result<std::vector<Recording>> open_recordings(const DataFlags& flags) {
  if (flags.directories.empty()) return invalid_argument("--data: name at least one recording");
  std::vector<Recording> recordings;
  for (const std::string& directory : flags.directories) {
    PITLANE_TRY(Recording recording, open_recording(directory, flags.recording));
    tell_problems(recording.problems, "rows are bad and are left out");
    recordings.push_back(std::move(recording));
  }
  return recordings;
}

Result<OpenedData> open_data(const DataFlags& flags, const std::vector<Recording>& recordings,
                             const Preprocessing& preprocessing, const std::vector<OutputSpec>& outputs,
                             const ProgressFn& progress) {
  Dataset dataset;
  std::string names;
  for (std::size_t i = 0; i < recordings.size(); ++i) {
    PITLANE_TRY(Dataset loaded, load_dataset(recordings[i], preprocessing, outputs, progress));
    tell_problems(loaded.skipped, "images could not be read and are left out");
    names += (i == 0 ? "" : ", ") + flags.directories[i] + " (" + recordings[i].format + ")";
    if (i == 0)
      dataset = std::move(loaded);
    else if (const Status joined = append(dataset, std::move(loaded)); !joined)
      return joined.error().in(flags.directories[i]);
  }
  PITLANE_TRY(Split split, split_dataset(dataset, flags.split));
  std::string text = names + ": " + split.description;
  return OpenedData{std::move(dataset), std::move(split), std::move(text)};
}

Result<OpenedData> open_data_for(const DataFlags& flags, const Network& network, const ProgressFn& progress) {
  PITLANE_TRY(const std::vector<Recording> recordings, open_recordings(flags));
  PITLANE_TRY(const InputSpec* image, image_input(network));
  return open_data(flags, recordings, image->preprocessing, network.outputs, progress);
}

Preprocessing usual_preprocessing(const Recording& recording) {
  if (recording.stored) return *recording.stored;
  Preprocessing p;  // JdeRobot's simulated F1 car: 640x480, the lower half
  p.source_width = recording.image_width;
  p.source_height = recording.image_height;
  if (p.source_width == 640 && p.source_height == 480) return p;
  p.crop = {0, 0, p.source_width, p.source_height};
  if (p.source_width == 320 && p.source_height == 160)
    p.crop = {0, 60, 320, 75};  // Udacity: neither sky nor bonnet
  else
    log_warning("frames are " + std::to_string(p.source_width) + "x" + std::to_string(p.source_height) +
                ", which no known tool records: the whole picture is used; choose with --crop X Y WIDTH HEIGHT");
  return p;
}

}  // namespace pitlane::cli
