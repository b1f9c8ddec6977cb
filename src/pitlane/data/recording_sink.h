// What writes a recording in one of the formats: rows go in, files come out.
#pragma once

#include <array>
#include <cstddef>
#include <filesystem>
#include <optional>
#include <span>
#include <string>

#include "pitlane/core/result.h"
#include "pitlane/data/recording_fit.h"

namespace pitlane {

/// A whole PNG or JPEG file.
struct SinkPicture {
  std::span<const std::byte> bytes;
  const char* extension = ".png";
};

struct SinkRow {
  std::span<const double> labels;  ///< in the order of RecordingFit::columns
  double speed_mps = 0;            ///< NaN where unknown
  double time_s = 0;
  int session = 0;
  int command = -1, light = -1;  ///< -1 where unknown
  int drive = 0;
  SinkPicture picture;
  std::array<std::optional<SinkPicture>, 2> sides;  ///< left and right camera, where the format holds them
};

/// One thread. Writes into a directory that is its own and still hidden (StagedDirectory), so it need not clean up.
class RecordingSink {
 public:
  virtual ~RecordingSink() = default;
  virtual Status add(const SinkRow& row) = 0;
  /// Writes the index files.
  virtual Status finish() = 0;
};

/// The shortest text that gives exactly this number back.
std::string exact_text(double value);

/// A field of a CSV file, in quotes where it needs them.
std::string csv_field(const std::string& text);

}  // namespace pitlane
