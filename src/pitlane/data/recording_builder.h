// What all importers do once a row is read: look up its image, set bad rows aside, and judge the whole.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "pitlane/data/bad_rows.h"
#include "pitlane/data/image_finder.h"
#include "pitlane/data/recording.h"

namespace pitlane {

/// Index files above this are refused; at 30 bytes a row it is more than two million rows.
constexpr std::uint64_t kMaxIndexBytes = 64ULL << 20;

class RecordingBuilder {
 public:
  /// `folders`: where images lie, relative to the directory (see ImageFinder).
  RecordingBuilder(std::string format, std::filesystem::path directory, std::string index_file,
                   std::vector<LabelSpec> labels, std::vector<std::string> folders);

  [[nodiscard]] ImageFinder& images() { return images_; }
  void bad(std::int64_t line, std::string_view what) { bad_.add(line, what); }
  /// Takes the row if its image is there; else it is bad.
  void add(RecordingRow row, const Result<std::filesystem::path>& image) {
    put(recording_.rows, std::move(row), image);
  }
  void add_side(RecordingRow row, const Result<std::filesystem::path>& image) {
    put(recording_.side_rows, std::move(row), image);
  }
  [[nodiscard]] std::vector<RecordingRow>& rows() { return recording_.rows; }
  [[nodiscard]] std::vector<RecordingRow>& side_rows() { return recording_.side_rows; }

  /// `row_count`: rows of the index file, good and bad.
  Result<Recording> finish(std::int64_t row_count) &&;

 private:
  void put(std::vector<RecordingRow>& rows, RecordingRow row, const Result<std::filesystem::path>& image);
  Status find_image_size();

  Recording recording_;
  ImageFinder images_;
  BadRows bad_;
};

}  // namespace pitlane
