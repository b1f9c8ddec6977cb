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

/// Ranges that its networks were trained with.
std::vector<LabelSpec> f1_labels() { return {{"v", "m/s", 6.5F, 24}, {"w", "rad/s", -7.1F, 7.1F}}; }

Status read_labels(const JsonPiece& piece, const std::vector<LabelSpec>& labels, RecordingRow& row) {
  const auto object = nlohmann::json::parse(piece.text, nullptr, /*allow_exceptions=*/false);
  if (!object.is_object()) return corrupt("not valid JSON: " + shown(piece.text));
  for (const LabelSpec& label : labels) {
    const auto found = object.find(label.name);
    const bool number = found != object.end() && found->is_number();
    const float value = number ? found->get<float>() : NAN;
    if (!std::isfinite(value)) return corrupt(label.name + " is missing or not a finite number: " + shown(piece.text));
    row.labels.push_back(value);
  }
  return {};
}

Result<Recording> open_json(const fs::path& directory) {
  const std::string where = (directory / kJsonFile).string();
  PITLANE_TRY(const std::string text, read_text(directory / kJsonFile, kMaxIndexBytes));
  const std::vector<LabelSpec> labels = f1_labels();
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

}  // namespace

Result<Recording> open_deeplearningstudio(const fs::path& directory, const RecordingOptions&) {
  std::error_code error;
  if (!fs::exists(directory / "data.csv", error) && fs::exists(directory / kJsonFile, error))
    return open_json(directory);
  return open_labelled_csv(directory, RecordingManifest{f1_labels(), {}, std::nullopt}, kFormat);
}

Result<Recording> open_pitlane(const fs::path& directory, const RecordingOptions&) {
  PITLANE_TRY(const RecordingManifest manifest, read_recording_manifest(directory / "recording.json"));
  return open_labelled_csv(directory, manifest, "pitlane");
}

}  // namespace pitlane
