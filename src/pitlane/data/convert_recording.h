// A recording of one format becomes one of another.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "pitlane/core/progress.h"
#include "pitlane/core/result.h"
#include "pitlane/data/recording.h"

namespace pitlane {

struct ConvertRecordingOptions {
  std::string to = "pitlane";  ///< one of recording_targets()
  bool drop = false;           ///< leave out what the format cannot hold, instead of refusing
  std::string command;         ///< noted in the new recording, where the format has a place for it
};

struct ConvertedRecording {
  std::int64_t rows = 0;
  std::int64_t copied = 0;           ///< pictures taken byte by byte, side cameras included
  std::int64_t encoded = 0;          ///< raw pictures of a bag, now PNG: without loss
  std::vector<std::string> dropped;  ///< in words, see RecordingFit::lost
  std::vector<std::string> made_up;  ///< labels that the format demands and the source lacks: 0
  std::vector<std::string> apart;    ///< see RecordingFit::apart
  std::vector<std::string> skipped;  ///< pictures that could not be used, with the reason
};

/// Names of the formats that can be written.
std::vector<std::string> recording_targets();

/// Writes `out`, which must not be there or be an empty directory, and appears only when it is whole. Labels keep
/// their exact values. Pictures that are damaged or of another size are left out and named, as in load_dataset.
/// Errors: unknown format, something that it cannot hold (names it), a label that it needs, more than a tenth of the
/// pictures bad, `out` inside the recording.
Result<ConvertedRecording> convert_recording(const Recording& recording, const std::filesystem::path& out,
                                             const ConvertRecordingOptions& options, const ProgressFn& progress = {});

}  // namespace pitlane
