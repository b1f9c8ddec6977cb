// The formats that recordings can be written in.
#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "pitlane/data/recording.h"
#include "pitlane/data/recording_fit.h"
#include "pitlane/data/recording_sink.h"

namespace pitlane {

/// What a sink needs to know beside the rows.
struct SinkContext {
  std::filesystem::path directory;
  const Recording* source = nullptr;  ///< outlives the sink; its rows are not touched
  const RecordingFit* fit = nullptr;  ///< outlives the sink
  std::string command;                ///< that makes the recording, noted where the format has a place for it
};

std::unique_ptr<RecordingSink> open_pitlane_sink(const SinkContext& context);
std::unique_ptr<RecordingSink> open_deeplearningstudio_sink(const SinkContext& context);
std::unique_ptr<RecordingSink> open_udacity_sink(const SinkContext& context);
/// donkeycar's Tub v2.
std::unique_ptr<RecordingSink> open_tub_sink(const SinkContext& context);

}  // namespace pitlane
