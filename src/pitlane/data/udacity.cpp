#include <array>
#include <cmath>
#include <string>

#include "pitlane/core/file.h"
#include "pitlane/core/log.h"
#include "pitlane/core/units.h"
#include "pitlane/data/csv_reader.h"
#include "pitlane/data/importers.h"
#include "pitlane/data/recording_builder.h"
#include "pitlane/data/sessions.h"

namespace pitlane {
namespace fs = std::filesystem;
namespace {

constexpr const char* kIndexFile = "driving_log.csv";
constexpr std::size_t kCameras = 3;  // centre, left, right
constexpr std::size_t kSpeed = 3;    // among the labels
constexpr std::array<const char*, kCameras> kCameraNames = {"centre", "left", "right"};

/// Columns after the cameras. Newer simulators log reversing where older ones log the brake: both 0..1.
std::vector<LabelSpec> log_labels() {
  return {{"steering", "1", -1, 1}, {"throttle", "1", 0, 1}, {"brake", "1", 0, 1}, {"speed", "mph", 0, 31}};
}

/// Cameras' paths and labels of one line.
struct LogLine {
  std::array<std::string, kCameras> images;
  std::vector<double> labels;
};

Result<LogLine> read_line(const CsvRow& csv, const std::vector<LabelSpec>& labels) {
  if (!csv.problem.empty()) return corrupt(csv.problem);
  const std::size_t expected = kCameras + labels.size();
  if (csv.fields.size() != expected)
    return corrupt(std::to_string(csv.fields.size()) + " fields, not " + std::to_string(expected));
  LogLine out;
  // The paths are those of the machine that recorded; only the file names mean something here.
  for (std::size_t i = 0; i < kCameras; ++i) out.images[i] = base_name(csv.fields[i]);
  for (std::size_t i = 0; i < labels.size(); ++i) {
    const std::string& field = csv.fields[kCameras + i];
    const auto value = parse_label(field);
    if (!value) return corrupt(labels[i].name + " is " + shown(field) + ", not a finite number");
    out.labels.push_back(*value);
  }
  return out;
}

bool is_header(const CsvRow& csv) { return !csv.fields.empty() && csv.fields.front() == "center"; }

/// Positive steering turns right: from the left camera's view the car must turn further right to come back.
double corrected(double steering, std::size_t camera, double correction) {
  return steering + (camera == 1 ? correction : -correction);
}

/// Sessions come from the centre rows; side rows follow theirs, or the nearest before it where that one is bad.
void copy_sessions(const std::vector<RecordingRow>& rows, std::vector<RecordingRow>& side_rows) {
  std::size_t next = 0;
  for (RecordingRow& side : side_rows) {
    while (next < rows.size() && rows[next].index <= side.index) ++next;
    if (!rows.empty()) side.session = rows[next > 0 ? next - 1 : 0].session;
  }
}

void assign_sessions(RecordingBuilder& builder) {
  auto& rows = builder.rows();
  bool known = true;
  for (const RecordingRow& row : rows) known = known && !std::isnan(row.time_s);
  if (!known)
    for (RecordingRow& row : rows) row.time_s = 0;
  for (RecordingRow& row : builder.side_rows())
    if (!known || std::isnan(row.time_s)) row.time_s = 0;
  assign_sessions_by_time(rows);
  copy_sessions(rows, builder.side_rows());
}

class LogReader {
 public:
  LogReader(const RecordingOptions& options, RecordingBuilder& builder)
      : options_(options), builder_(builder), labels_(log_labels()) {}

  void take(const CsvRow& csv) {
    if (row_count_ == 0 && is_header(csv)) return;
    RecordingRow row;
    row.line = csv.line;
    row.index = row_count_++;
    const Result<LogLine> line = read_line(csv, labels_);
    if (!line) return builder_.bad(csv.line, line.error().message());
    row.labels = line->labels;
    row.time_s = time_of_name(line->images[0]);
    row.speed_mps = row.labels[kSpeed] * kMph_mps;
    builder_.add(row, find(*line, 0));
    for (std::size_t camera = 1; options_.side_cameras && camera < kCameras; ++camera) {
      if (line->images[camera].empty()) continue;  // logs of one camera leave the columns empty
      RecordingRow side = row;
      side.camera = static_cast<int>(camera);
      side.labels[0] = corrected(row.labels[0], camera, options_.steering_correction);
      builder_.add_side(std::move(side), find(*line, camera));
    }
  }

  [[nodiscard]] std::int64_t row_count() const { return row_count_; }

 private:
  Result<fs::path> find(const LogLine& line, std::size_t camera) {
    auto image = builder_.images().find(line.images[camera]);
    if (!image) return image.error().in(kCameraNames[camera]);
    return image;
  }

  const RecordingOptions& options_;
  RecordingBuilder& builder_;
  std::vector<LabelSpec> labels_;
  std::int64_t row_count_ = 0;
};

}  // namespace

Result<Recording> open_udacity(const fs::path& directory, const RecordingOptions& options) {
  if (!std::isfinite(options.steering_correction) || std::abs(options.steering_correction) > 1)
    return invalid_argument("steering correction must be between -1 and 1");
  PITLANE_TRY(const std::string text, read_text(directory / kIndexFile, kMaxIndexBytes));
  RecordingBuilder builder("udacity", directory, kIndexFile, log_labels(), {"IMG", ""});
  LogReader reader(options, builder);
  CsvReader csv(text);
  for (CsvRow row; csv.next(row);) reader.take(row);
  assign_sessions(builder);
  return std::move(builder).finish(reader.row_count());
}

}  // namespace pitlane
