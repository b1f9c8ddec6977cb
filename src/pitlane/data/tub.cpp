#include <algorithm>
#include <cmath>
#include <map>
#include <optional>
#include <set>
#include <string>

#include "pitlane/core/file.h"
#include "pitlane/core/log.h"
#include "pitlane/data/bad_rows.h"
#include "pitlane/data/bounded_json.h"
#include "pitlane/data/image_finder.h"
#include "pitlane/data/importers.h"
#include "pitlane/data/line_reader.h"
#include "pitlane/data/recording_builder.h"
#include "pitlane/data/sessions.h"
#include "pitlane/data/tub_manifest.h"

namespace pitlane {
namespace fs = std::filesystem;
namespace {

using Json = nlohmann::json;

constexpr const char* kManifest = "manifest.json";
constexpr std::size_t kMaxRecordBytes = 1U << 20;
constexpr std::uint64_t kMaxCatalogBytes = 256ULL << 20;  // of all together: more than a million records

/// What donkeycar calls the labels. Positive angles turn right; a car may reverse.
struct TubLabel {
  const char* key;
  LabelSpec label;
};
std::vector<TubLabel> tub_labels() {
  return {{"user/angle", {"steering", "1", -1, 1}}, {"user/throttle", {"throttle", "1", -1, 1}}};
}

std::vector<LabelSpec> label_specs() {
  std::vector<LabelSpec> out;
  for (const TubLabel& label : tub_labels()) out.push_back(label.label);
  return out;
}

std::optional<double> number(const Json& record, const char* key) {
  const auto found = record.find(key);
  if (found == record.end() || !found->is_number()) return std::nullopt;
  const auto value = found->get<double>();
  if (!std::isfinite(static_cast<float>(value))) return std::nullopt;
  return value;
}

std::string text_of(const Json& record, const char* key) {
  const auto found = record.find(key);
  return found != record.end() && found->is_string() ? found->get<std::string>() : std::string();
}

class TubReader {
 public:
  TubReader(const TubManifest& manifest, RecordingBuilder& builder) : manifest_(manifest), builder_(builder) {}

  void take(const std::string& catalog, const TextLine& line) {
    RecordingRow row;
    row.index = records_++;
    row.line = records_;
    place_ = catalog + ":" + std::to_string(line.number);
    if (line.text.size() > kMaxRecordBytes) return bad(row, "longer than 1 MiB");
    const Json record = parse_bounded_json(line.text);
    const std::optional<std::int64_t> own = own_index(record);
    // donkeycar counts lines; a record's own index says the same unless the tub was put together by hand.
    if (std::ranges::binary_search(manifest_.deleted, own.value_or(row.index))) {
      ++deleted_;
      return;
    }
    if (!record.is_object()) return bad(row, "not valid JSON: " + shown(line.text));
    if (own && !indexes_.insert(*own).second) return bad(row, "a second record with _index " + std::to_string(*own));
    take_record(record, std::move(row));
  }

  void finish() {
    if (times_known_ && !sessions_known_) assign_sessions_by_time(builder_.rows());
    if (!times_known_)
      for (RecordingRow& row : builder_.rows()) row.time_s = 0;
    if (deleted_ > 0) log_info(std::to_string(deleted_) + " records are marked as deleted and are left out");
    if (piloted_ > 0)
      log_warning(std::to_string(piloted_) +
                  " records were driven by a pilot (user/mode is not 'user'); their labels are what the user's "
                  "controls said");
  }

  [[nodiscard]] std::int64_t row_count() const { return records_ - deleted_; }
  [[nodiscard]] std::int64_t deleted() const { return deleted_; }

 private:
  static std::optional<std::int64_t> own_index(const Json& record) {
    if (!record.is_object()) return std::nullopt;
    const auto found = record.find("_index");
    if (found == record.end() || !found->is_number_integer()) return std::nullopt;
    return found->get<std::int64_t>();
  }

  void take_record(const Json& record, RecordingRow row) {
    for (const TubLabel& label : tub_labels()) {
      const auto value = number(record, label.key);
      if (!value) return bad(row, std::string(label.key) + " is missing or not a finite number");
      row.labels.push_back(*value);
    }
    row.speed_mps = number(record, "enc/speed").value_or(row.speed_mps);
    take_time_and_session(record, row);
    if (const std::string mode = text_of(record, "user/mode"); !mode.empty() && mode != "user") ++piloted_;
    const auto image = builder_.images().find(text_of(record, "cam/image_array"));
    if (!image) return bad(row, image.error().message());
    builder_.add(std::move(row), image);
  }

  void take_time_and_session(const Json& record, RecordingRow& row) {
    constexpr double kMilliseconds = 1000;
    const auto time = record.find("_timestamp_ms");
    const bool known = time != record.end() && time->is_number();
    if (known) row.time_s = time->get<double>() / kMilliseconds;
    times_known_ = times_known_ && known && std::isfinite(row.time_s);
    const std::string session = text_of(record, "_session_id");
    sessions_known_ = sessions_known_ && !session.empty();
    row.session = sessions_.emplace(session, static_cast<int>(sessions_.size())).first->second;
  }

  void bad(const RecordingRow& row, const std::string& what) { builder_.bad_at(row.line, place_, what); }

  const TubManifest& manifest_;
  RecordingBuilder& builder_;
  std::string place_;  // of the record that is being read
  std::set<std::int64_t> indexes_;
  std::map<std::string, int> sessions_;  // numbered in the order in which they first appear
  std::int64_t records_ = 0, deleted_ = 0, piloted_ = 0;
  bool times_known_ = true, sessions_known_ = true;
};

}  // namespace

Result<Recording> open_tub(const fs::path& directory, const RecordingOptions&) {
  PITLANE_TRY(const TubManifest manifest, read_tub_manifest(directory / kManifest));
  RecordingBuilder builder("tub", directory, kManifest, label_specs(), {"images"});
  TubReader reader(manifest, builder);
  std::uint64_t bytes = 0;
  for (const std::string& catalog : manifest.catalogs) {
    if (leads_out(directory, directory / catalog))
      return invalid_argument((directory / kManifest).string() + ": line 5: catalog " + shown(catalog) +
                              " is a link that leads out of the recording's directory; put the catalog itself there");
    const auto content = read_text(directory / catalog, kMaxIndexBytes);
    if (!content) return content.error().in((directory / kManifest).string() + ": line 5");
    bytes += content->size();
    if (bytes > kMaxCatalogBytes)
      return invalid_argument((directory / kManifest).string() + ": line 5: its catalogs have more than " +
                              std::to_string(kMaxCatalogBytes >> 20U) + " MiB; split the tub in two");
    LineReader lines(*content);
    for (TextLine line; lines.next(line);)
      if (!line.text.empty()) reader.take(catalog, line);
  }
  reader.finish();
  if (reader.row_count() == 0 && reader.deleted() > 0)
    return invalid_argument(directory.string() + ": all of its " + std::to_string(reader.deleted()) +
                            " records are marked as deleted; restore some with donkeycar's tub manager");
  return std::move(builder).finish(reader.row_count());
}

}  // namespace pitlane
