// One function per recording format; recording.cpp has the table of them.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "pitlane/core/result.h"
#include "pitlane/data/recording.h"
#include "pitlane/data/recording_manifest.h"

namespace pitlane {

/// data.csv + recording.json, as `pitlane record` writes them.
Result<Recording> open_pitlane(const std::filesystem::path& directory, const RecordingOptions& options);
/// Labels of a data.csv of DeepLearningStudio, with the ranges that its networks were trained with.
std::vector<LabelSpec> deeplearningstudio_labels();
/// data.csv, or the older data.json of concatenated objects.
Result<Recording> open_deeplearningstudio(const std::filesystem::path& directory, const RecordingOptions& options);
/// driving_log.csv + IMG/.
Result<Recording> open_udacity(const std::filesystem::path& directory, const RecordingOptions& options);

/// dataset.csv of CARLA drives.
Result<Recording> open_carla(const std::filesystem::path& directory, const RecordingOptions& options);
/// manifest.json, catalogs and images/, as donkeycar's Tub v2 writes them.
Result<Recording> open_tub(const std::filesystem::path& directory, const RecordingOptions& options);
/// A file: ROS 1 bag with pictures and commands.
Result<Recording> open_bag(const std::filesystem::path& file, const RecordingOptions& options);

/// Which columns mean what, in a CSV file whose header names them.
struct CsvLayout {
  std::string format;
  std::string index_file = "data.csv";
  std::string image_column = "image_name";
  bool image_required = false;  ///< else images without names are paired by number
  std::string time_column = "timestamp";
  std::string session_column = "session";
  std::string speed_column = "speed_mps";
  bool speed_may_be_empty = true;
};

/// A column per label of `manifest`, and those of `layout`, which may be missing.
Result<Recording> open_labelled_csv(const std::filesystem::path& directory, const RecordingManifest& manifest,
                                    const CsvLayout& layout);

}  // namespace pitlane
