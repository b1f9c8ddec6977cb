// Sinks whose index is a CSV file.
#include <array>
#include <cmath>
#include <cstdio>
#include <string>
#include <system_error>
#include <utility>

#include "pitlane/core/file.h"
#include "pitlane/data/calendar.h"
#include "pitlane/data/recording_manifest.h"
#include "pitlane/data/recording_sinks.h"
#include "pitlane/data/state_columns.h"

namespace pitlane {
namespace fs = std::filesystem;
namespace {

/// data.csv with a column per label; ours has a recording.json beside it.
class LabelledCsvSink : public RecordingSink {
 public:
  LabelledCsvSink(SinkContext context, bool manifest) : context_(std::move(context)), manifest_(manifest) {
    csv_ = "image_name";
    for (const FitColumn& column : context_.fit->columns) csv_ += "," + csv_field(column.name);
    for (const RecordingRow& row : context_.source->rows) {
      speeds_ = speeds_ || !std::isnan(row.speed_mps);
      states_[0] = states_[0] || row.command >= 0;
      states_[1] = states_[1] || row.light >= 0;
      states_[2] = states_[2] || row.drive != 0;
    }
    csv_ += speeds_ ? ",speed_mps" : "";
    for (std::size_t i = 0; i < states_.size(); ++i)
      if (states_[i]) csv_ += std::string(",") + StateColumns::kNames[i];
    csv_ += ",timestamp,session\n";
  }

  Status add(const SinkRow& row) override {
    const std::string name = std::to_string(frames_++) + row.picture.extension;
    csv_ += name;
    for (const double label : row.labels) csv_ += "," + exact_text(label);
    if (speeds_) csv_ += std::isnan(row.speed_mps) ? "," : "," + exact_text(row.speed_mps);
    const std::array states = {row.command, row.light, row.drive};
    for (std::size_t i = 0; i < states.size(); ++i)
      if (states_[i]) csv_ += states[i] < 0 ? "," : "," + std::to_string(states[i]);
    csv_ += "," + exact_text(row.time_s) + "," + std::to_string(row.session) + "\n";
    return create_file(context_.directory / name, row.picture.bytes);
  }

  Status finish() override {
    if (manifest_) {
      const Recording& source = *context_.source;
      const RecordingManifest manifest{source.labels, source.circuits, source.stored};
      const std::string text = recording_manifest_text(manifest, context_.command, std::nullopt);
      PITLANE_TRY_STATUS(write_text(context_.directory / "recording.json", text));
    }
    if (!context_.fit->ranges.empty()) {
      const RecordingManifest ranges{context_.fit->ranges, {}, std::nullopt};
      const std::string text = recording_manifest_text(ranges, context_.command, std::nullopt);
      PITLANE_TRY_STATUS(write_text(context_.directory / kLabelRangesFile, text));
    }
    return write_text(context_.directory / "data.csv", csv_);
  }

 private:
  SinkContext context_;
  bool manifest_, speeds_ = false;
  std::array<bool, StateColumns::kNames.size()> states_{};  // which of them are written
  std::string csv_;
  std::int64_t frames_ = 0;
};

/// driving_log.csv and IMG/. The time of a frame is in the names of its pictures.
class UdacitySink : public RecordingSink {
 public:
  explicit UdacitySink(SinkContext context) : context_(std::move(context)) {}

  Status add(const SinkRow& row) override {
    PITLANE_TRY_STATUS(make_folder());
    const std::string moment = context_.fit->keeps_times ? time_text(row.time_s) : std::to_string(frames_);
    ++frames_;
    PITLANE_TRY_STATUS(put("center_" + moment, row.picture));
    constexpr std::array kSides = {"left_", "right_"};
    for (std::size_t side = 0; side < kSides.size(); ++side) {
      csv_ += ",";
      if (!row.sides[side]) continue;
      PITLANE_TRY_STATUS(put(kSides[side] + moment, *row.sides[side]));
    }
    for (const double label : row.labels) csv_ += "," + exact_text(label);
    csv_ += "\n";
    return {};
  }

  Status finish() override { return write_text(context_.directory / "driving_log.csv", csv_); }

 private:
  Status make_folder() {
    std::error_code error;
    fs::create_directory(context_.directory / kFolder, error);
    if (error) return io_error((context_.directory / kFolder).string() + ": cannot be made: " + error.message());
    return {};
  }

  /// As the simulator does: YYYY_MM_DD_HH_MM_SS_mmm.
  static std::string time_text(double time_s) {
    const Calendar c = calendar_of(time_s);
    char text[48];
    std::snprintf(text, sizeof text, "%04d_%02d_%02d_%02d_%02d_%02d_%03d", c.year, c.month, c.day, c.hour, c.minute,
                  c.second, c.millisecond);
    return text;
  }

  Status put(const std::string& stem, const SinkPicture& picture) {
    const std::string name = stem + picture.extension;
    csv_ += std::string(kFolder) + "/" + name;
    return create_file(context_.directory / kFolder / name, picture.bytes);
  }

  static constexpr const char* kFolder = "IMG";
  SinkContext context_;
  std::string csv_;
  std::int64_t frames_ = 0;
};

}  // namespace

std::unique_ptr<RecordingSink> open_pitlane_sink(const SinkContext& context) {
  return std::make_unique<LabelledCsvSink>(context, true);
}

std::unique_ptr<RecordingSink> open_deeplearningstudio_sink(const SinkContext& context) {
  return std::make_unique<LabelledCsvSink>(context, false);
}

std::unique_ptr<RecordingSink> open_udacity_sink(const SinkContext& context) {
  return std::make_unique<UdacitySink>(context);
}

}  // namespace pitlane
