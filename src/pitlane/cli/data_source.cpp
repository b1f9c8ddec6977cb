#include "pitlane/cli/data_source.h"

#include <algorithm>
#include <filesystem>
#include <map>
#include <utility>

#include "pitlane/cli/number_range.h"
#include "pitlane/core/file.h"
#include "pitlane/core/joined.h"
#include "pitlane/core/log.h"
#include "pitlane/data/labels.h"
#include "pitlane/data/row_limit.h"

namespace pitlane::cli {
namespace {

constexpr std::size_t kShownProblems = 3;
constexpr double kMillisecondsOfSecond = 1000;

/// "12 of 3000 rows, evenly spread", for reports: nobody shall take a part for the whole.
std::string thinned(const std::vector<Recording>& recordings) {
  std::size_t all = 0, kept = 0;
  for (const Recording& recording : recordings)
    for (const RecordingRow& row : recording.rows) {
      ++all;
      kept += row.sample ? 1 : 0;
    }
  if (kept == all) return {};
  return std::to_string(kept) + " of " + std::to_string(all) + " rows, evenly spread; ";
}

/// The first flag about recordings of one format that is not as it is when nobody says it.
const char* said_of_bags(const BagOptions& bag) {
  const BagOptions unsaid;
  if (!bag.image_topic.empty()) return "--image-topic";
  if (!bag.command_topic.empty()) return "--command-topic";
  if (!bag.speed_topic.empty()) return "--speed-topic";
  if (bag.tolerance_s != unsaid.tolerance_s) return "--tolerance-ms";
  return bag.interpolate ? "--interpolate" : nullptr;
}

const char* said_of_side_cameras(const RecordingOptions& options) {
  const RecordingOptions unsaid;
  if (options.steering_correction != unsaid.steering_correction) return "--steering-correction";
  return options.side_cameras ? nullptr : "--no-side-cameras";
}

// Some of its frames would be learned from and validate as well.
Error same_frames(const std::string& recording, const std::string& other) {
  return invalid_argument("--data " + recording + ": is the same recording as " + other + "; name it once");
}

/// A copy keeps names, labels and times. Told before anything is decoded, and whatever --max-rows leaves of it.
bool is_copy(const Recording& a, const Recording& b) {
  return !a.rows.empty() && std::ranges::equal(a.rows, b.rows, [](const RecordingRow& left, const RecordingRow& right) {
    return left.image.filename() == right.image.filename() && left.labels == right.labels &&
           left.time_s == right.time_s;
  });
}

}  // namespace

Status check_recording_options(const RecordingOptions& options, const std::vector<std::string>& formats) {
  const auto has = [&](const char* format) { return std::ranges::find(formats, format) != formats.end(); };
  const auto refusal = [&](const char* flag, const char* of) {
    const std::string here = formats.empty() ? "no recording is read" : "none of the recordings is one";
    return invalid_argument(std::string(flag) + ": is about " + of + ", and " + here + "; leave it out");
  };
  if (const char* flag = said_of_bags(options.bag); flag != nullptr && !has("bag")) return refusal(flag, "ROS 1 bags");
  if (const char* flag = said_of_side_cameras(options); flag != nullptr && !has("udacity"))
    return refusal(flag, "recordings of Udacity's simulator with side cameras");
  if (formats.empty() && options.format != "auto") return refusal("--format", "recordings");
  return {};
}

Status check_no_data_flags(const DataFlags& flags) {
  const auto refusal = [](const char* flag) {
    return invalid_argument(std::string(flag) + ": is about recordings, and none is read; leave it out, or add --data");
  };
  if (flags.split != DataFlags().split) return refusal("--split");
  if (flags.max_rows) return refusal("--max-rows");
  return check_recording_options(flags.recording, {});
}

void tell_problems(const std::vector<std::string>& problems, const char* what) {
  if (problems.empty()) return;
  log_warning(std::to_string(problems.size()) + " " + what + ":");
  for (std::size_t i = 0; i < problems.size() && i < kShownProblems; ++i) log_warning("  " + problems[i]);
  if (problems.size() > kShownProblems)
    log_warning("  and " + std::to_string(problems.size() - kShownProblems) + " more");
}

void add_data_flags(CLI::App& verb, DataFlags& flags, bool required) {
  auto* data = verb.add_option("--data", flags.directories,
                               "recordings: folders of DeepLearningStudio (F1 or CARLA), Udacity, donkeycar (tubs) or "
                               "Pitlane, or ROS 1 bags (recognised by themselves)");
  if (required) data->required();
  verb.add_option("--split", flags.split,
                  "how validation data is set apart: auto, session, or blocks:ROWS:N (every N-th block of ROWS)")
      ->capture_default_str();
  verb.add_option("--max-rows", flags.max_rows,
                  "use so many rows of all recordings together, evenly spread over them (default: all)")
      ->check(whole(1, 1000000000));
  add_recording_flags(verb, flags.recording);
}

void add_recording_flags(CLI::App& verb, RecordingOptions& options) {
  verb.add_option("--format", options.format, "auto, deeplearningstudio, carla, udacity, tub, pitlane or bag")
      ->capture_default_str();
  verb.add_option("--steering-correction", options.steering_correction,
                  "added to the steering of left side cameras, taken from that of right ones")
      ->check(within(-1, 1))
      ->capture_default_str();
  verb.add_flag_callback(
      "--no-side-cameras", [&options] { options.side_cameras = false; }, "leave side cameras out");
  verb.add_option("--image-topic", options.bag.image_topic, "bags: pictures (default: the only topic of them)");
  verb.add_option("--command-topic", options.bag.command_topic, "bags: commands (default: the only topic of them)");
  verb.add_option("--speed-topic", options.bag.speed_topic, "bags: odometry (default: the only topic of it)");
  verb.add_option_function<double>(
          "--tolerance-ms", [&options](double value) { options.bag.tolerance_s = value / kMillisecondsOfSecond; },
          "bags: a command farther from its picture in time does not belong to it (default: 100)")
      ->check(within(1, 10000));
  verb.add_flag("--interpolate", options.bag.interpolate,
                "bags: commands on the line between those before and after a picture, not the nearest one");
}

Result<std::vector<Recording>> open_recordings(const DataFlags& flags) {
  if (flags.directories.empty()) return invalid_argument("--data: name at least one recording");
  std::map<std::filesystem::path, std::string> said;
  for (const std::string& directory : flags.directories)
    if (const auto [twin, is_new] = said.emplace(resolved(directory), directory); !is_new)
      return same_frames(directory, twin->second);
  std::vector<Recording> recordings;
  for (const std::string& directory : flags.directories) {
    PITLANE_TRY(Recording recording, open_recording(directory, flags.recording));
    tell_problems(recording.problems, "rows are bad and are left out");
    const auto twin =
        std::ranges::find_if(recordings, [&](const Recording& other) { return is_copy(recording, other); });
    if (twin != recordings.end())
      return same_frames(directory, flags.directories[static_cast<std::size_t>(twin - recordings.begin())]);
    recordings.push_back(std::move(recording));
  }
  std::vector<std::string> formats;
  for (const Recording& recording : recordings) formats.push_back(recording.format);
  PITLANE_TRY_STATUS(check_recording_options(flags.recording, formats));
  if (flags.max_rows) limit_rows(recordings, *flags.max_rows);
  return recordings;
}

Result<OpenedData> open_data(const DataFlags& flags, const std::vector<Recording>& recordings, const Network& network,
                             const ProgressFn& progress) {
  Dataset dataset;
  std::string names;
  std::vector<std::string> hashes;
  for (std::size_t i = 0; i < recordings.size(); ++i) {
    PITLANE_TRY(Dataset loaded, load_dataset(recordings[i], network, progress));
    tell_problems(loaded.skipped, "images could not be read and are left out");
    if (const auto twin = std::ranges::find(hashes, loaded.hash); twin != hashes.end())
      return same_frames(flags.directories[i], flags.directories[static_cast<std::size_t>(twin - hashes.begin())]);
    hashes.push_back(loaded.hash);
    names += (i == 0 ? "" : ", ") + flags.directories[i] + " (" + recordings[i].format + ")";
    if (i == 0)
      dataset = std::move(loaded);
    else if (const Status joined = append(dataset, std::move(loaded)); !joined)
      return joined.error().in(flags.directories[i]);
  }
  PITLANE_TRY(Split split, split_dataset(dataset, flags.split));
  split.description = thinned(recordings) + split.description;
  std::string text = names + ": " + split.description;
  return OpenedData{std::move(dataset), std::move(split), std::move(text)};
}

Status check_learnable(const DataFlags& flags, const Dataset& dataset) {
  Status varied = check_labels_vary(dataset);
  if (varied.ok() || flags.directories.empty()) return varied;
  return varied.error().in(joined(flags.directories));
}

Result<OpenedData> open_data_for(const DataFlags& flags, const Network& network, const ProgressFn& progress) {
  PITLANE_TRY(const std::vector<Recording> recordings, open_recordings(flags));
  return open_data(flags, recordings, network, progress);
}

Preprocessing usual_preprocessing(const Recording& recording) {
  if (recording.stored) return *recording.stored;
  Preprocessing p;  // JdeRobot's simulated F1 car: 640x480, the lower half
  p.source_width = recording.image_width;
  p.source_height = recording.image_height;
  if (p.source_width == 640 && p.source_height == 480) return p;
  p.crop = {0, 0, p.source_width, p.source_height};
  if (recording.format == "tub" || recording.format == "carla") return p;  // their tools use the whole picture
  if (p.source_width == 320 && p.source_height == 160)
    p.crop = {0, 60, 320, 75};  // Udacity: neither sky nor bonnet
  else
    log_warning("frames are " + std::to_string(p.source_width) + "x" + std::to_string(p.source_height) +
                ", which no known tool records: the whole picture is used; choose with --crop X Y WIDTH HEIGHT");
  return p;
}

}  // namespace pitlane::cli
