// Writes a recording of our own: data.csv, recording.json and one PNG a frame (docs/formats/recordings.md).
#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "pitlane/core/result.h"
#include "pitlane/data/recording_manifest.h"

namespace pitlane {

/// One thread. Until finish() the directory holds pictures only, and no importer takes it for a recording.
class RecordingWriter {
 public:
  /// `directory` must be there. `command` made the recording and is noted in it; `seed` likewise.
  RecordingWriter(std::filesystem::path directory, RecordingManifest manifest, std::string command, std::uint64_t seed);

  /// `rgb`: {height, width, 3} bytes. `labels`: physical, in the manifest's order. `time_s` since the start.
  Status add(std::span<const std::uint8_t> rgb, int width, int height, std::span<const double> labels, double time_s,
             int session);
  /// Writes recording.json, then data.csv.
  Status finish();
  /// Removes every file written so far: what is not finished is no recording and only takes up the disk.
  void discard();

 private:
  std::filesystem::path directory_;
  RecordingManifest manifest_;
  std::string command_;
  std::uint64_t seed_;
  std::string csv_;
  std::int64_t frames_ = 0;
};

}  // namespace pitlane
