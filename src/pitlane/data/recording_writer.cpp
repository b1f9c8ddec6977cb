#include "pitlane/data/recording_writer.h"

#include <cstdio>
#include <nlohmann/json.hpp>
#include <opencv2/imgcodecs.hpp>
#include <system_error>
#include <utility>

#include "pitlane/core/file.h"

namespace pitlane {
namespace {

const char* channel_order(PixelFormat format) {
  constexpr const char* kNames[] = {"rgb", "bgr", "grey"};
  return kNames[static_cast<std::size_t>(format)];
}

// Arguments of a command line are bytes, not always UTF-8; JSON gets a mark in place of what is not.
std::string manifest_text(const RecordingManifest& manifest, const std::string& command, std::uint64_t seed) {
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
                                    {"format", channel_order(p.format)}};
  }
  json["circuits"] = manifest.circuits;
  json["seed"] = seed;
  json["command"] = command;
  return json.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n";
}

std::string picture_name(std::int64_t frame) { return std::to_string(frame) + ".png"; }

Status save_png(std::span<const std::uint8_t> rgb, int width, int height, const std::filesystem::path& path) {
  // OpenCV stores BGR; the copy turns the channels round.
  cv::Mat picture(height, width, CV_8UC3);
  for (std::size_t i = 0; i + 2 < rgb.size(); i += 3)
    for (std::size_t c = 0; c < 3; ++c) picture.data[i + c] = rgb[i + 2 - c];
  std::vector<unsigned char> png;
  if (!cv::imencode(".png", picture, png, {cv::IMWRITE_PNG_COMPRESSION, 1}))
    return io_error(path.string() + ": the picture cannot be encoded");
  return create_file(path, std::as_bytes(std::span(png)));
}

}  // namespace

RecordingWriter::RecordingWriter(std::filesystem::path directory, RecordingManifest manifest, std::string command,
                                 std::uint64_t seed)
    : directory_(std::move(directory)), manifest_(std::move(manifest)), command_(std::move(command)), seed_(seed) {
  csv_ = "image_name";
  for (const LabelSpec& label : manifest_.labels) csv_ += "," + label.name;
  csv_ += ",timestamp,session\n";
}

Status RecordingWriter::add(std::span<const std::uint8_t> rgb, int width, int height, std::span<const double> labels,
                            double time_s, int session) {
  PITLANE_CHECK(labels.size() == manifest_.labels.size());
  const std::string name = picture_name(frames_);
  csv_ += name;
  char text[64];
  for (const double label : labels) {
    std::snprintf(text, sizeof text, ",%.6f", label);
    csv_ += text;
  }
  std::snprintf(text, sizeof text, ",%.3f,%d\n", time_s, session);
  csv_ += text;
  PITLANE_TRY_STATUS(save_png(rgb, width, height, directory_ / name));
  ++frames_;
  return {};
}

Status RecordingWriter::write_index(const char* name, const std::string& content) {
  std::error_code ignored;
  if (std::filesystem::exists(directory_ / name, ignored))
    return invalid_argument((directory_ / name).string() + ": appeared meanwhile; choose another directory");
  PITLANE_TRY_STATUS(write_text(directory_ / name, content));
  indices_.emplace_back(name);
  return {};
}

Status RecordingWriter::finish() {
  PITLANE_TRY_STATUS(sync_directory(directory_));
  PITLANE_TRY_STATUS(write_index("recording.json", manifest_text(manifest_, command_, seed_)));
  PITLANE_TRY_STATUS(write_index("data.csv", csv_));
  finished_ = true;
  return {};
}

RecordingWriter::~RecordingWriter() {
  if (!finished_) discard();
}

void RecordingWriter::discard() noexcept {
  std::error_code ignored;
  for (const std::string& index : indices_) std::filesystem::remove(directory_ / index, ignored);
  while (frames_ > 0) std::filesystem::remove(directory_ / picture_name(--frames_), ignored);
}

}  // namespace pitlane
