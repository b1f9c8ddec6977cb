// A donkeycar Tub v2. Its classes read it back line by line, by the lengths that the catalogs' manifests note.
#include <cmath>
#include <cstdio>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "pitlane/core/file.h"
#include "pitlane/data/calendar.h"
#include "pitlane/data/recording_sinks.h"

namespace pitlane {
namespace fs = std::filesystem;
namespace {

using Json = nlohmann::json;  // sorts its keys, as donkeycar does

constexpr std::int64_t kCatalogRecords = 1000;
constexpr double kMillisecondsPerSecond = 1000;

class TubSink : public RecordingSink {
 public:
  explicit TubSink(SinkContext context) : context_(std::move(context)) {
    for (const RecordingRow& row : context_.source->rows) speeds_ = speeds_ || !std::isnan(row.speed_mps);
  }

  Status add(const SinkRow& row) override {
    if (records_ == 0) {
      PITLANE_TRY_STATUS(make_folder());
    } else if (records_ % kCatalogRecords == 0) {
      PITLANE_TRY_STATUS(close_catalog());
    }
    const std::string image = std::to_string(records_) + "_cam_image_array_" + row.picture.extension;
    Json record = {
        {"_index", records_}, {"_session_id", session_id(row)}, {"cam/image_array", image}, {"user/mode", "user"}};
    if (context_.fit->keeps_times) record["_timestamp_ms"] = std::llround(row.time_s * kMillisecondsPerSecond);
    for (std::size_t i = 0; i < row.labels.size(); ++i) record[context_.fit->columns[i].name] = row.labels[i];
    if (!std::isnan(row.speed_mps)) record["enc/speed"] = row.speed_mps;
    const std::string line = record.dump() + "\n";
    catalog_ += line;
    line_lengths_.push_back(line.size());
    ++records_;
    return create_file(context_.directory / kFolder / image, row.picture.bytes);
  }

  Status finish() override {
    PITLANE_TRY_STATUS(close_catalog());
    Json inputs = {"cam/image_array", "user/angle", "user/throttle", "user/mode"};
    Json types = {"image_array", "float", "float", "str"};
    if (speeds_) {
      inputs.push_back("enc/speed");
      types.push_back("float");
    }
    Json notes = {{"created_at", created_at()}};
    if (!sessions_.empty())
      notes["sessions"] = {
          {"all_full_ids", sessions_}, {"last_full_id", sessions_.back()}, {"last_id", sessions_.size() - 1}};
    const Json catalogs = {{"paths", catalogs_},
                           {"current_index", records_},
                           {"max_len", kCatalogRecords},
                           {"deleted_indexes", Json::array()}};
    std::string text;
    for (const Json& line : {inputs, types, Json::object(), notes, catalogs}) text += line.dump() + "\n";
    return write_text(context_.directory / "manifest.json", text);
  }

 private:
  Status make_folder() {
    std::error_code error;
    fs::create_directory(context_.directory / kFolder, error);
    if (error) return io_error((context_.directory / kFolder).string() + ": cannot be made: " + error.message());
    return {};
  }

  /// Day and number: 21-07-05_0.
  const std::string& session_id(const SinkRow& row) {
    const auto [place, fresh] = session_of_.emplace(row.session, sessions_.size());
    if (fresh) {
      const Calendar c = calendar_of(context_.fit->keeps_times ? row.time_s : 0);
      char text[48];
      std::snprintf(text, sizeof text, "%02d-%02d-%02d_%zu", c.year % 100, c.month, c.day, sessions_.size());
      sessions_.emplace_back(text);
    }
    return sessions_[place->second];
  }

  /// Of the first frame: the same recording always makes the same tub.
  [[nodiscard]] double created_at() const {
    const bool known = context_.fit->keeps_times && !context_.source->rows.empty();
    return known ? context_.source->rows.front().time_s : 0;
  }

  Status close_catalog() {
    if (line_lengths_.empty()) return {};
    const std::string stem = "catalog_" + std::to_string(catalogs_.size());
    const auto lines = static_cast<std::int64_t>(line_lengths_.size());
    const Json manifest = {{"created_at", created_at()},
                           {"line_lengths", line_lengths_},
                           {"path", stem + ".catalog_manifest"},
                           {"start_index", records_ - lines}};
    PITLANE_TRY_STATUS(write_text(context_.directory / (stem + ".catalog"), catalog_));
    PITLANE_TRY_STATUS(write_text(context_.directory / (stem + ".catalog_manifest"), manifest.dump() + "\n"));
    catalogs_.push_back(stem + ".catalog");
    catalog_.clear();
    line_lengths_.clear();
    return {};
  }

  static constexpr const char* kFolder = "images";
  SinkContext context_;
  bool speeds_ = false;
  std::string catalog_;                    // the open one
  std::vector<std::size_t> line_lengths_;  // of the open one
  std::vector<std::string> catalogs_, sessions_;
  std::map<int, std::size_t> session_of_;  // by the source's number
  std::int64_t records_ = 0;
};

}  // namespace

std::unique_ptr<RecordingSink> open_tub_sink(const SinkContext& context) { return std::make_unique<TubSink>(context); }

}  // namespace pitlane
