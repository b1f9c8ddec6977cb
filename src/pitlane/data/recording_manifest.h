// recording.json beside data.csv: what the label columns of our own recordings mean and what was done to the frames.
#pragma once

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

}  // namespace pitlane
