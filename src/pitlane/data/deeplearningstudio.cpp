#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <string>
#include <system_error>

#include "pitlane/core/file.h"
#include "pitlane/data/concatenated_json.h"
#include "pitlane/data/importers.h"
#include "pitlane/data/recording_builder.h"

namespace pitlane {
namespace fs = std::filesystem;
namespace {

constexpr const char* kFormat = "deeplearningstudio";
constexpr const char* kJsonFile = "data.json";
constexpr std::size_t kLongestObject = 1 << 16;  // of labels, however many

/// Its CARLA networks learn the steering mapped from -1..1 to 0..1, the others as they are.
std::vector<LabelSpec> carla_labels() { return {{"throttle", "1", 0, 1}, {"steer", "1", -1, 1}, {"brake", "1", 0, 1}}; }

Status read_labels(const JsonPiece& piece, const std::vector<LabelSpec>& labels, RecordingRow& row) {
  // The parser takes some eighty times a text of brackets.
  if (piece.text.size() > kLongestObject)
    return corrupt("longer than " + std::to_string(kLongestObject) + " bytes: " + shown(piece.text));
  const auto object = nlohmann::json::parse(piece.text, nullptr, /*allow_exceptions=*/false);
  if (!object.is_object()) return corrupt("not valid JSON: " + shown(piece.text));
  for (const LabelSpec& label : labels) {
    const auto found = object.find(label.name);
    const bool number = found != object.end() && found->is_number();
    const double value = number ? found->get<double>() : NAN;
    if (!std::isfinite(static_cast<float>(value)))
      return corrupt(label.name + " is missing or not a finite number: " + shown(piece.text));
    row.labels.push_back(value);
  }
  return {};
}

Result<Recording> open_json(const fs::path& directory) {
  const std::string where = (directory / kJsonFile).string();
  PITLANE_TRY(const std::string text, read_text(directory / kJsonFile, kMaxIndexBytes));
  const std::vector<LabelSpec> labels = deeplearningstudio_labels();
  RecordingBuilder builder(kFormat, directory, kJsonFile, labels, {"Images", ""});
  ConcatenatedJson objects(text);
  std::vector<RecordingRow> rows;
  std::int64_t row_count = 0;
  for (JsonPiece piece; objects.next(piece);) {
    RecordingRow row;
    row.line = piece.number;
    row.index = row_count++;
    if (const Status status = read_labels(piece, labels, row); !status) {
      builder.bad(piece.number, status.error().message());
    } else {
      rows.push_back(std::move(row));
    }
  }
  if (row_count > 0) {
    const auto first =
        builder.images().first_number(row_count, "number them as the objects are, and nest no object in another");
    if (!first) return first.error().in(where);
    for (RecordingRow& row : rows) {
      const auto image = builder.images().find_number(*first + row.index);
      builder.add(std::move(row), image);
    }
  }
  return std::move(builder).finish(row_count);
}

/// The ranges of another car stand in a file of their own.
Result<std::vector<LabelSpec>> labels_of_csv(const fs::path& directory) {
  std::vector<LabelSpec> labels = deeplearningstudio_labels();
  const fs::path path = directory / kLabelRangesFile;
  std::error_code error;
  if (!fs::exists(path, error)) return labels;
  PITLANE_TRY(const RecordingManifest said, read_recording_manifest(path));
  const bool same = std::ranges::equal(
      said.labels, labels, [](const LabelSpec& a, const LabelSpec& b) { return a.name == b.name && a.unit == b.unit; });
  if (!same)
    return corrupt(path.string() +
                   ": its labels must be v (m/s) and w (rad/s); mend or delete it, then the ranges are " +
                   "those of DeepLearningStudio");
  return said.labels;
}

}  // namespace

std::vector<LabelSpec> deeplearningstudio_labels() { return {{"v", "m/s", 6.5F, 24}, {"w", "rad/s", -7.1F, 7.1F}}; }

Result<Recording> open_deeplearningstudio(const fs::path& directory, const RecordingOptions&) {
  std::error_code error;
  if (!fs::exists(directory / "data.csv", error) && fs::exists(directory / kJsonFile, error))
    return open_json(directory);
  PITLANE_TRY(const std::vector<LabelSpec> labels, labels_of_csv(directory));
  return open_labelled_csv(directory, RecordingManifest{labels, {}, std::nullopt}, CsvLayout{kFormat});
}

Result<Recording> open_carla(const fs::path& directory, const RecordingOptions&) {
  CsvLayout layout{"carla"};
  layout.index_file = "dataset.csv";
  layout.image_column = "image_id";
  layout.image_required = true;
  layout.speed_column = "velocity";
  layout.speed_may_be_empty = false;
  return open_labelled_csv(directory, RecordingManifest{carla_labels(), {}, std::nullopt}, layout);
}

Result<Recording> open_pitlane(const fs::path& directory, const RecordingOptions&) {
  PITLANE_TRY(const RecordingManifest manifest, read_recording_manifest(directory / "recording.json"));
  return open_labelled_csv(directory, manifest, CsvLayout{"pitlane"});
}

}  // namespace pitlane
