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

/// One thread. Until finish() the directory holds pictures only, and no importer takes it for a recording. Replaces no
/// file: of two writers in one directory the second fails. Without finish() the destructor removes what was written.
class RecordingWriter {
 public:
  /// `directory` must be there. `command` made the recording and is noted in it; `seed` likewise.
  RecordingWriter(std::filesystem::path directory, RecordingManifest manifest, std::string command, std::uint64_t seed);
  ~RecordingWriter();
  RecordingWriter(const RecordingWriter&) = delete;
  RecordingWriter& operator=(const RecordingWriter&) = delete;

  /// `rgb`: {height, width, 3} bytes. `labels`: physical, in the manifest's order. `time_s` since the start.
  Status add(std::span<const std::uint8_t> rgb, int width, int height, std::span<const double> labels, double time_s,
             int session);
  /// Flushes the pictures, then writes recording.json, then data.csv.
  Status finish();

 private:
  Status write_index(const char* name, const std::string& content);
  void discard() noexcept;

  std::filesystem::path directory_;
  RecordingManifest manifest_;
  std::string command_;
  std::uint64_t seed_;
  std::string csv_;
  std::int64_t frames_ = 0;           // that are on the disk
  std::vector<std::string> indices_;  // likewise
  bool finished_ = false;
};

}  // namespace pitlane
