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
  std::filesystem::path image;
  std::vector<float> labels;  ///< physical, in the order of Recording::labels
  double time_s = 0;          ///< 0 where unknown
  int session = 0;            ///< lap or session; rows of one session are consecutive in time
  std::int64_t line = 0;      ///< in the index file, for messages
};

/// One camera's frames; side cameras become rows with corrected labels that only training may use.
struct Recording {
  std::string format;  ///< "deeplearningstudio", "udacity"
  std::filesystem::path directory;
  std::vector<LabelSpec> labels;
  std::vector<RecordingRow> rows;         ///< centre camera, in recording order
  std::vector<RecordingRow> side_rows;    ///< side cameras: `session` as the centre row's, `line` too
  int image_width = 0, image_height = 0;  ///< of the first readable image
  /// Set when frames are stored already cropped and resized (our `record`): what was done to them.
  std::optional<Preprocessing> stored;
  std::vector<std::string> problems;  ///< bad rows, each "file:line: what"; they are not in `rows`
};

struct RecordingOptions {
  std::string format = "auto";
  double steering_correction = 0.15;  ///< Udacity side cameras: added for left, subtracted for right
  bool side_cameras = true;
};

/// Recognises the format by what lies in the directory. Errors: nothing recognised (names what was looked
/// for), no images, more than a tenth of the rows bad (first ones quoted).
Result<Recording> open_recording(const std::filesystem::path& directory, const RecordingOptions& options = {});

}  // namespace pitlane
