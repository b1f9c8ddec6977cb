// Frames with labels as some tool recorded them: a list of rows, nothing decoded yet.
#pragma once

#include <cstdint>
#include <filesystem>
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

struct RecordingRow {
  std::filesystem::path image;  ///< inside Recording::directory
  std::vector<float> labels;    ///< physical, in the order of Recording::labels
  double time_s = 0;            ///< 0 where unknown
  int session = 0;              ///< lap or session; rows of one session are consecutive in time
  std::int64_t line = 0;        ///< in the index file (of concatenated JSON: number of the object), for messages
  std::int64_t index = 0;       ///< of the row in the index file, from 0, bad rows counted
};

/// One camera's frames; side cameras become rows with corrected labels that only training may use.
struct Recording {
  std::string format;  ///< "pitlane", "deeplearningstudio", "udacity"
  std::filesystem::path directory;
  std::string index_file;  ///< e.g. "data.csv", for messages
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

struct RecordingOptions {
  std::string format = "auto";  ///< or one of Recording::format
  /// Udacity side cameras: added for left, subtracted for right (positive steering turns right there).
  double steering_correction = 0.15;
  bool side_cameras = true;
};

/// Recognises the format by what lies in the directory; docs/formats/recordings.md describes each. Images are
/// looked up by name, none outside `directory`, and not decoded. Errors: nothing recognised (names what was looked
/// for), no images, more than a tenth of the rows bad (first ones quoted).
Result<Recording> open_recording(const std::filesystem::path& directory, const RecordingOptions& options = {});

}  // namespace pitlane
