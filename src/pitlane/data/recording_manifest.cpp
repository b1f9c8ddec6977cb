#include "pitlane/data/recording_manifest.h"

#include <cmath>
#include <nlohmann/json.hpp>
#include <set>
#include <string>

#include "pitlane/core/file.h"
#include "pitlane/data/bad_rows.h"

namespace pitlane {
namespace {

using Json = nlohmann::json;

constexpr int kVersion = 1;
constexpr std::uint64_t kMaxBytes = 1ULL << 20;

Result<int> integer_at(const Json* node, const char* name) {
  if (node == nullptr || !node->is_number_integer())
    return corrupt("'" + std::string(name) + "' must be a whole number");
  const auto value = node->get<std::int64_t>();
  if (value < 0 || value > 1 << 20) return corrupt("'" + std::string(name) + "' is out of range");
  return static_cast<int>(value);
}

Result<int> integer(const Json& parent, const char* name) {
  const auto found = parent.find(name);
  return integer_at(found == parent.end() ? nullptr : &*found, name);
}

Result<std::string> text(const Json& parent, const char* name) {
  const auto found = parent.find(name);
  if (found == parent.end() || !found->is_string()) return corrupt("'" + std::string(name) + "' must be a text");
  return found->get<std::string>();
}

Result<float> real(const Json& parent, const char* name) {
  const auto found = parent.find(name);
  const bool number = found != parent.end() && found->is_number();
  const float value = number ? found->get<float>() : NAN;
  if (!std::isfinite(value)) return corrupt("'" + std::string(name) + "' must be a finite number");
  return value;
}

Result<LabelSpec> label(const Json& entry) {
  if (!entry.is_object()) return corrupt("each of 'labels' must be an object");
  LabelSpec out;
  PITLANE_TRY(out.name, text(entry, "name"));
  PITLANE_TRY(out.unit, text(entry, "unit"));
  PITLANE_TRY(out.low, real(entry, "low"));
  PITLANE_TRY(out.high, real(entry, "high"));
  if (out.name.empty()) return corrupt("a label has no name");
  if (!(out.high > out.low)) return corrupt("label " + shown(out.name) + ": 'high' must be above 'low'");
  return out;
}

Result<std::vector<LabelSpec>> labels(const Json& document) {
  const auto found = document.find("labels");
  if (found == document.end() || !found->is_array() || found->empty())
    return corrupt("'labels' must be a list of labels");
  std::vector<LabelSpec> out;
  std::set<std::string> names;
  for (const Json& entry : *found) {
    PITLANE_TRY(out.emplace_back(), label(entry));
    if (!names.insert(out.back().name).second) return corrupt("label " + shown(out.back().name) + " is listed twice");
  }
  return out;
}

Result<std::vector<std::string>> circuits(const Json& document) {
  std::vector<std::string> out;
  const auto found = document.find("circuits");
  if (found == document.end()) return out;
  if (!found->is_array()) return corrupt("'circuits' must be a list of names");
  for (const Json& name : *found) {
    if (!name.is_string()) return corrupt("each of 'circuits' must be a text");
    out.push_back(name.get<std::string>());
  }
  return out;
}

Result<PixelFormat> pixel_format(const Json& stored) {
  PITLANE_TRY(const std::string name, text(stored, "format"));
  if (name == "rgb") return PixelFormat::kRgb;
  if (name == "bgr") return PixelFormat::kBgr;
  if (name == "grey") return PixelFormat::kGrey;
  return corrupt("'format' is " + shown(name) + "; rgb, bgr and grey are known");
}

Result<Rect> crop(const Json& stored) {
  const auto found = stored.find("crop");
  if (found == stored.end() || !found->is_array() || found->size() != 4)
    return corrupt("'crop' must be [x, y, width, height]");
  std::array<int, 4> numbers{};
  for (std::size_t i = 0; i < 4; ++i) {
    PITLANE_TRY(numbers[i], integer_at(&(*found)[i], "crop"));
  }
  return Rect{numbers[0], numbers[1], numbers[2], numbers[3]};
}

Result<Preprocessing> stored_preprocessing(const Json& stored) {
  if (!stored.is_object()) return corrupt("must be an object or null");
  Preprocessing out;
  PITLANE_TRY(out.source_width, integer(stored, "source_width"));
  PITLANE_TRY(out.source_height, integer(stored, "source_height"));
  PITLANE_TRY(out.crop, crop(stored));
  PITLANE_TRY(out.width, integer(stored, "width"));
  PITLANE_TRY(out.height, integer(stored, "height"));
  PITLANE_TRY(out.format, pixel_format(stored));
  const auto channels = static_cast<std::size_t>(channels_of(out.format));
  out.scale.assign(channels, 1 / 255.F);
  out.offset.assign(channels, 0);
  PITLANE_TRY_STATUS(validate(out));
  return out;
}

Result<RecordingManifest> parse(const std::string& content) {
  const Json document = Json::parse(content, nullptr, /*allow_exceptions=*/false);
  if (!document.is_object()) return corrupt("damaged or truncated: not a JSON object; copy it again");
  PITLANE_TRY(const std::string format, text(document, "format"));
  if (format != "pitlane-recording") return corrupt("'format' is " + shown(format) + ", not 'pitlane-recording'");
  PITLANE_TRY(const int version, integer(document, "version"));
  if (version != kVersion)
    return unsupported("version " + std::to_string(version) + " is not known, only " + std::to_string(kVersion) +
                       "; use the program that wrote it or a newer one");
  RecordingManifest out;
  PITLANE_TRY(out.labels, labels(document));
  PITLANE_TRY(out.circuits, circuits(document));
  const auto stored = document.find("stored_preprocessing");
  if (stored != document.end() && !stored->is_null()) {
    Result<Preprocessing> parsed = stored_preprocessing(*stored);
    if (!parsed) return parsed.error().in("stored_preprocessing");
    out.stored = *std::move(parsed);
  }
  return out;
}

}  // namespace

Result<RecordingManifest> read_recording_manifest(const std::filesystem::path& path) {
  PITLANE_TRY(const std::string content, read_text(path, kMaxBytes));
  Result<RecordingManifest> manifest = parse(content);
  if (!manifest) return manifest.error().in(path.string());
  return manifest;
}

// Arguments of a command line are bytes, not always UTF-8; JSON gets a mark in place of what is not.
std::string recording_manifest_text(const RecordingManifest& manifest, const std::string& command,
                                    std::optional<std::uint64_t> seed) {
  nlohmann::ordered_json json;
  json["format"] = "pitlane-recording";
  json["version"] = 1;
  for (const LabelSpec& label : manifest.labels)
    json["labels"].push_back({{"name", label.name}, {"unit", label.unit}, {"low", label.low}, {"high", label.high}});
  json["stored_preprocessing"] = nullptr;
  if (manifest.stored) {
    const Preprocessing& p = *manifest.stored;
    json["stored_preprocessing"] = {{"source_width", p.source_width},
                                    {"source_height", p.source_height},
                                    {"crop", {p.crop.x, p.crop.y, p.crop.width, p.crop.height}},
                                    {"width", p.width},
                                    {"height", p.height},
                                    {"format", to_string(p.format)}};
  }
  json["circuits"] = manifest.circuits;
  if (seed) json["seed"] = *seed;
  json["command"] = command;
  return json.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n";
}

}  // namespace pitlane
