// recording.json beside data.csv: what the label columns of our own recordings mean and what was done to the frames.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "pitlane/core/result.h"
#include "pitlane/data/recording.h"

namespace pitlane {

struct RecordingManifest {
  std::vector<LabelSpec> labels;
  std::vector<std::string> circuits;    ///< of the simulator, where it was recorded there
  std::optional<Preprocessing> stored;  ///< crop, sizes and channel order only; scale and offset keep defaults
};

Result<RecordingManifest> read_recording_manifest(const std::filesystem::path& path);

/// Beside a data.csv of DeepLearningStudio whose ranges are not those of its networks: the same text, of which the
/// labels alone count.
inline constexpr const char* kLabelRangesFile = "label_ranges.json";

/// What it reads. `command` made the recording and is noted in it, as is the seed of a simulated one.
std::string recording_manifest_text(const RecordingManifest& manifest, const std::string& command,
                                    std::optional<std::uint64_t> seed);

}  // namespace pitlane
