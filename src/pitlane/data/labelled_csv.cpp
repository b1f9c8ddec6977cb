#include <algorithm>
#include <cmath>
#include <map>
#include <optional>
#include <string>

#include "pitlane/core/file.h"
#include "pitlane/core/log.h"
#include "pitlane/data/csv_reader.h"
#include "pitlane/data/importers.h"
#include "pitlane/data/recording_builder.h"
#include "pitlane/data/sessions.h"

namespace pitlane {
namespace fs = std::filesystem;
namespace {

constexpr const char* kIndexFile = "data.csv";

/// Which field of a row is what.
struct Columns {
  std::size_t count = 0;
  std::vector<std::size_t> labels;
  std::optional<std::size_t> image, time, session;
};

Result<std::optional<std::size_t>> find_column(const CsvRow& header, const std::string& name) {
  std::optional<std::size_t> found;
  for (std::size_t i = 0; i < header.fields.size(); ++i) {
    if (header.fields[i] != name) continue;
    if (found) return corrupt("two columns are named '" + name + "'");
    found = i;
  }
  return found;
}

std::string listed(const CsvRow& header) {
  std::string out;
  for (const std::string& field : header.fields) out += (out.empty() ? "" : ", ") + shown(field);
  return out;
}

Result<Columns> read_header(const CsvRow& header, const std::vector<LabelSpec>& labels) {
  if (!header.problem.empty()) return corrupt("header: " + header.problem);
  Columns out;
  out.count = header.fields.size();
  for (const LabelSpec& label : labels) {
    PITLANE_TRY(const auto column, find_column(header, label.name));
    if (!column) return corrupt("no column '" + label.name + "' in its header (" + listed(header) + ")");
    out.labels.push_back(*column);
  }
  PITLANE_TRY(out.image, find_column(header, "image_name"));
  PITLANE_TRY(out.time, find_column(header, "timestamp"));
  PITLANE_TRY(out.session, find_column(header, "session"));
  return out;
}

/// A row whose labels are numbers, its image not looked up yet.
struct Draft {
  RecordingRow row;
  std::string image;
};

class Reader {
 public:
  Reader(const Columns& columns, const std::vector<LabelSpec>& labels, RecordingBuilder& builder)
      : columns_(columns), labels_(labels), builder_(builder) {}

  void take(const CsvRow& csv) {
    Draft draft;
    draft.row.line = csv.line;
    draft.row.index = row_count_++;
    if (!csv.problem.empty()) return builder_.bad(csv.line, csv.problem);
    if (csv.fields.size() != columns_.count)
      return builder_.bad(
          csv.line, std::to_string(csv.fields.size()) + " fields, the header has " + std::to_string(columns_.count));
    if (!take_labels(csv, draft.row)) return;
    if (columns_.image) draft.image = csv.fields[*columns_.image];
    if (columns_.session) draft.row.session = session_number(csv.fields[*columns_.session]);
    if (columns_.time) take_time(csv, draft.row);
    drafts_.push_back(std::move(draft));
  }

  /// Looks the images up and hands all rows over.
  Status finish() {
    std::int64_t first = 0;
    if (!columns_.image && row_count_ > 0) {
      PITLANE_TRY(first, builder_.images().first_number(row_count_, "name each row's image in a column 'image_name'"));
    }
    for (Draft& draft : drafts_) {
      const auto image =
          columns_.image ? builder_.images().find(draft.image) : builder_.images().find_number(first + draft.row.index);
      builder_.add(std::move(draft.row), image);
    }
    finish_times();
    return {};
  }

  [[nodiscard]] std::int64_t row_count() const { return row_count_; }

 private:
  bool take_labels(const CsvRow& csv, RecordingRow& row) {
    for (std::size_t i = 0; i < labels_.size(); ++i) {
      const std::string& field = csv.fields[columns_.labels[i]];
      const auto number = parse_number(field);
      const auto value = static_cast<float>(number.value_or(NAN));
      if (!std::isfinite(value)) {
        builder_.bad(csv.line, labels_[i].name + " is " + shown(field) + ", not a finite number");
        return false;
      }
      row.labels.push_back(value);
    }
    return true;
  }

  void take_time(const CsvRow& csv, RecordingRow& row) {
    const std::string& field = csv.fields[*columns_.time];
    const auto time = parse_number(field);
    if (time) {
      row.time_s = *time;
    } else if (time_unknown_.empty()) {
      time_unknown_ = std::string(kIndexFile) + ":" + std::to_string(csv.line) + ": timestamp is " + shown(field);
    }
  }

  int session_number(const std::string& name) {
    return sessions_.emplace(name, static_cast<int>(sessions_.size())).first->second;
  }

  void finish_times() {
    auto& rows = builder_.rows();
    if (!time_unknown_.empty()) {
      log_warning(time_unknown_ + ", not a number; the times of this recording are not used");
      for (RecordingRow& row : rows) row.time_s = 0;
    }
    convert_times_to_seconds(rows);
    if (!columns_.session) assign_sessions_by_time(rows);
  }

  const Columns& columns_;
  const std::vector<LabelSpec>& labels_;
  RecordingBuilder& builder_;
  std::vector<Draft> drafts_;
  std::map<std::string, int> sessions_;  // numbered in the order in which they first appear
  std::int64_t row_count_ = 0;
  std::string time_unknown_;  // where and what; empty: all times are numbers
};

}  // namespace

Result<Recording> open_labelled_csv(const fs::path& directory, const RecordingManifest& manifest,
                                    const std::string& format) {
  const std::string where = (directory / kIndexFile).string();
  PITLANE_TRY(const std::string text, read_text(directory / kIndexFile, kMaxIndexBytes));
  CsvReader csv(text);
  CsvRow row;
  if (!csv.next(row)) return corrupt(where + ": empty; its first line must name the columns");
  const Result<Columns> columns = read_header(row, manifest.labels);
  if (!columns) return columns.error().in(where);

  RecordingBuilder builder(format, directory, kIndexFile, manifest.labels, {"", "Images"});
  Reader reader(*columns, manifest.labels, builder);
  while (csv.next(row)) reader.take(row);
  if (const Status status = reader.finish(); !status) return status.error().in(where);
  PITLANE_TRY(Recording recording, std::move(builder).finish(reader.row_count()));
  recording.stored = manifest.stored;
  recording.circuits = manifest.circuits;
  return recording;
}

}  // namespace pitlane
