// Frames with labels as some tool recorded them: a list of rows, nothing decoded yet.
#pragma once

#include <cstdint>
#include <filesystem>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "pitlane/core/result.h"
#include "pitlane/network/preprocessing.h"

namespace pitlane {

/// What a label column means by default; a network's OutputSpec of the same name may override the range.
struct LabelSpec {
  std::string name;  ///< "v", "w", "steering"
  std::string unit;
  float low = 0, high = 1;
};

class FrameSource;

struct RecordingRow {
  std::filesystem::path image;  ///< inside Recording::directory; where Recording::frames is set, a name for messages
  std::vector<double> labels;   ///< physical, in the order of Recording::labels
  double time_s = 0;            ///< 0 where unknown
  double speed_mps = std::numeric_limits<double>::quiet_NaN();  ///< of the car, as measured; NaN where unknown
  int command = -1;        ///< high-level command (observation.h); -1 where unknown
  int light = -1;          ///< traffic light ahead, likewise
  int session = 0;         ///< lap or session; rows of one session are consecutive in time
  int drive = 0;           ///< within its session: another one begins where the car was put somewhere else
  int camera = 0;          ///< 0 centre, 1 left, 2 right
  std::int64_t line = 0;   ///< in the index file (JSON, bags: number of the object or message), for messages
  std::int64_t index = 0;  ///< of the row in the index file, from 0, bad rows counted
  std::int64_t frame = 0;  ///< number of its picture in Recording::frames, where that is set
  bool sample = true;      ///< false: no sample of a dataset (see limit_rows), though others may need its picture
};

/// One camera's frames; side cameras become rows with corrected labels that only training may use.
struct Recording {
  std::string format;                         ///< "pitlane", "deeplearningstudio", "carla", "udacity", "tub", "bag"
  std::filesystem::path directory;            ///< or the file, of a bag
  std::string index_file;                     ///< e.g. "data.csv", for messages
  std::shared_ptr<const FrameSource> frames;  ///< where pictures are; null: each row's `image` is a file
  std::vector<LabelSpec> labels;
  std::vector<RecordingRow> rows;         ///< centre camera, in recording order
  std::vector<RecordingRow> side_rows;    ///< side cameras: `session` as the centre row's, `line` too
  int image_width = 0, image_height = 0;  ///< of most of the first 100 readable images
  /// Set when frames are stored already cropped and resized (our `record`): what was done to them.
  std::optional<Preprocessing> stored;
  std::vector<std::string> circuits;  ///< of the simulator, where it was recorded there
  std::int64_t row_count = 0;         ///< of the index file, good and bad
  std::int64_t bad_rows = 0;          ///< with at least one of the `problems`
  std::vector<std::string> problems;  ///< bad rows, each "file:line: what"; they are not in `rows`
};

/// What a bag leaves open.
struct BagOptions {
  std::string image_topic, command_topic, speed_topic;  ///< empty: the only one of its kind
  double tolerance_s = 0.1;  ///< a command farther from its picture than this does not belong to it
  bool interpolate = false;  ///< between the commands before and after the picture, instead of the nearest one
};

struct RecordingOptions {
  std::string format = "auto";  ///< or one of Recording::format
  /// Udacity side cameras: added for left, subtracted for right (positive steering turns right there).
  double steering_correction = 0.15;
  bool side_cameras = true;
  BagOptions bag;
};

/// The folder, where `path` names the index file of a recording in it ("rec/data.csv"); else `path`.
std::filesystem::path recording_folder(const std::filesystem::path& path);

/// The name of the index file in it where this is a folder of a known recording, else empty.
std::string recording_in(const std::filesystem::path& folder);

/// Is this a file that begins as ROS 1 bags do, whatever its name?
bool begins_like_bag(const std::filesystem::path& path);

/// Recognises the format by what lies in the directory (or in that of the index file, where `path` names one), or a ROS
/// 1 bag by its first bytes; docs/formats/recordings.md describes each. Images are looked up by name, none outside
/// `path`, and not decoded. Errors: nothing recognised (names what was looked for), no images, more than a tenth of the
/// rows bad (first ones quoted).
Result<Recording> open_recording(const std::filesystem::path& path, const RecordingOptions& options = {});

}  // namespace pitlane
