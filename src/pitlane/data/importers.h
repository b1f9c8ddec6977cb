// One function per recording format; recording.cpp has the table of them.
#pragma once

#include <filesystem>

#include "pitlane/core/result.h"
#include "pitlane/data/recording.h"
#include "pitlane/data/recording_manifest.h"

namespace pitlane {

/// data.csv + recording.json, as `pitlane record` writes them.
Result<Recording> open_pitlane(const std::filesystem::path& directory, const RecordingOptions& options);
/// data.csv, or the older data.json of concatenated objects.
Result<Recording> open_deeplearningstudio(const std::filesystem::path& directory, const RecordingOptions& options);
/// driving_log.csv + IMG/.
Result<Recording> open_udacity(const std::filesystem::path& directory, const RecordingOptions& options);

/// data.csv with a header: a column per label, optional `image_name`, `timestamp`, `session`.
Result<Recording> open_labelled_csv(const std::filesystem::path& directory, const RecordingManifest& manifest,
                                    const std::string& format);

}  // namespace pitlane
