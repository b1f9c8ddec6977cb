#include "pitlane/data/convert_recording.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <memory>
#include <opencv2/core.hpp>
#include <opencv2/imgcodecs.hpp>
#include <opencv2/imgproc.hpp>
#include <utility>

#include "pitlane/core/joined.h"
#include "pitlane/core/log.h"
#include "pitlane/data/bad_rows.h"
#include "pitlane/data/frame_source.h"
#include "pitlane/data/recording_fit.h"
#include "pitlane/data/recording_sinks.h"
#include "pitlane/data/staged_directory.h"

namespace pitlane {
namespace fs = std::filesystem;
namespace {

struct Target {
  const char* name;
  Result<RecordingFit> (*fit)(const Recording&);
  std::unique_ptr<RecordingSink> (*open)(const SinkContext&);
};

constexpr std::array kTargets = {
    Target{"pitlane", fit_pitlane, open_pitlane_sink},
    Target{"deeplearningstudio", fit_deeplearningstudio, open_deeplearningstudio_sink},
    Target{"udacity", fit_udacity, open_udacity_sink},
    Target{"tub", fit_tub, open_tub_sink},
};

Result<const Target*> find_target(const std::string& name) {
  for (const Target& target : kTargets)
    if (name == target.name) return &target;
  return invalid_argument("unknown recording format '" + name + "'; " + joined(recording_targets()) +
                          " can be written");
}

Result<RecordingFit> checked_fit(const Target& target, const Recording& recording,
                                 const ConvertRecordingOptions& options) {
  const std::string where = recording.directory.string() + ": format " + target.name;
  auto fit = target.fit(recording);
  if (!fit) return fit.error().in(where);
  if (fit->lost.empty() || options.drop) return fit;
  return invalid_argument(where + " cannot hold " + joined(fit->lost) +
                          "; leave that out with --drop, or choose a format that holds it");
}

/// A picture as a file.
struct Encoded {
  std::vector<std::byte> bytes;
  const char* extension = ".png";
  bool copied = true;
  [[nodiscard]] SinkPicture view() const { return {bytes, extension}; }
};

/// Raw pixels become a PNG, which loses nothing.
Result<Encoded> encode(const StoredFrame& frame) {
  const bool grey = frame.raw_format == PixelFormat::kGrey;
  try {
    cv::Mat picture(frame.raw_size.height, frame.raw_size.width, grey ? CV_8UC1 : CV_8UC3,
                    const_cast<std::byte*>(frame.bytes.data()));
    cv::Mat bgr = picture;
    if (frame.raw_format == PixelFormat::kRgb) cv::cvtColor(picture, bgr, cv::COLOR_RGB2BGR);
    std::vector<unsigned char> png;
    if (!cv::imencode(".png", bgr, png, {cv::IMWRITE_PNG_COMPRESSION, 1})) return io_error("cannot be encoded");
    const auto bytes = std::as_bytes(std::span(png));
    return Encoded{{bytes.begin(), bytes.end()}, ".png", false};
  } catch (const std::exception& error) {
    return io_error(std::string("cannot be encoded: ") + error.what());
  }
}

Result<Encoded> encoded_picture(FrameReader& reader, const RecordingRow& row, ImageSize expected) {
  PITLANE_TRY(StoredFrame frame, reader.read(row));
  PITLANE_TRY(const ImageSize size, size_of(frame));
  if (size != expected)
    return corrupt("is " + std::to_string(size.width) + "x" + std::to_string(size.height) + ", not " +
                   std::to_string(expected.width) + "x" + std::to_string(expected.height));
  if (frame.raw()) return encode(frame);
  const bool jpeg = frame.bytes[0] == std::byte{0xFF};
  return Encoded{std::move(frame.bytes), jpeg ? ".jpg" : ".png", true};
}

/// The shortest number of another unit that a reader turns into just this speed; the nearest where none does.
double converted_speed(double speed_mps, double unit_mps) {
  constexpr int kMostDigits = 17;
  double out = speed_mps / unit_mps;
  char text[40];
  for (int digits = 1; digits <= kMostDigits; ++digits) {
    std::snprintf(text, sizeof text, "%.*g", digits, speed_mps / unit_mps);
    out = std::strtod(text, nullptr);
    if (out * unit_mps == speed_mps) break;
  }
  return out;
}

class Copier {
 public:
  Copier(const Recording& recording, const RecordingFit& fit, RecordingSink& sink)
      : recording_(recording), fit_(fit), sink_(sink), reader_(frame_reader(recording)), bad_(recording.index_file) {
    if (!fit.keeps_sides) return;
    for (const RecordingRow& side : recording.side_rows)
      if (side.camera == 1 || side.camera == 2) sides_[side.index][static_cast<std::size_t>(side.camera) - 1] = &side;
  }

  Status copy(const RecordingRow& row) {
    const auto centre = picture_of(row);
    if (!centre) return {};
    SinkRow out;
    out.picture = centre->view();
    const std::vector<double> labels = labels_of(row);
    out.labels = labels;
    out.speed_mps = row.speed_mps;
    out.time_s = row.time_s;
    out.session = row.session;
    out.command = row.command;
    out.light = row.light;
    out.drive = row.drive;
    std::array<std::optional<Encoded>, 2> sides;
    if (const auto found = sides_.find(row.index); found != sides_.end())
      for (std::size_t i = 0; i < sides.size(); ++i)
        if (found->second[i] != nullptr) sides[i] = picture_of(*found->second[i]);
    for (std::size_t i = 0; i < sides.size(); ++i)
      if (sides[i]) out.sides[i] = sides[i]->view();
    ++result_.rows;
    return sink_.add(out);
  }

  Result<ConvertedRecording> finish() {
    if (result_.rows == 0) return corrupt("none of its pictures can be used");
    const auto all = std::max(recording_.row_count, static_cast<std::int64_t>(recording_.rows.size()));
    PITLANE_TRY_STATUS(bad_.check(all, recording_.bad_rows));
    result_.skipped = bad_.messages();
    return std::move(result_);
  }

 private:
  std::optional<Encoded> picture_of(const RecordingRow& row) {
    auto picture = encoded_picture(*reader_, row, {recording_.image_width, recording_.image_height});
    if (!picture) {
      const std::string name = row.image.lexically_relative(recording_.directory).string();
      bad_.add(row.line, name + ": " + picture.error().message());
      return std::nullopt;
    }
    ++(picture->copied ? result_.copied : result_.encoded);
    return *std::move(picture);
  }

  [[nodiscard]] std::vector<double> labels_of(const RecordingRow& row) const {
    std::vector<double> out;
    for (const FitColumn& column : fit_.columns) {
      const bool speed = column.speed_unit_mps != 0 && !std::isnan(row.speed_mps);
      if (column.label)
        out.push_back(row.labels[*column.label]);
      else
        out.push_back(speed ? converted_speed(row.speed_mps, column.speed_unit_mps) : 0);
    }
    return out;
  }

  const Recording& recording_;
  const RecordingFit& fit_;
  RecordingSink& sink_;
  std::unique_ptr<FrameReader> reader_;
  BadRows bad_;
  std::map<std::int64_t, std::array<const RecordingRow*, 2>> sides_;  // by the index of their row
  ConvertedRecording result_;
};

/// Half of a copy in what is being copied would be part of it the next time.
Status check_apart(const Recording& recording, const fs::path& out) {
  std::error_code error;
  const fs::path inside = fs::weakly_canonical(fs::absolute(out, error), error);
  fs::path whole = fs::weakly_canonical(fs::absolute(recording.directory, error), error);
  if (!whole.has_filename()) whole = whole.parent_path();  // "DIR/"
  const auto [end, ignored] = std::mismatch(whole.begin(), whole.end(), inside.begin(), inside.end());
  if (end != whole.end()) return {};
  return invalid_argument(out.string() + ": lies inside the recording " + recording.directory.string() +
                          "; choose a directory beside it");
}

Result<ConvertedRecording> copy_all(const Recording& recording, const RecordingFit& fit, RecordingSink& sink,
                                    const ProgressFn& progress) {
  Copier copier(recording, fit, sink);
  const auto all = static_cast<std::int64_t>(recording.rows.size());
  for (std::int64_t done = 0; done < all; ++done) {
    if (!report(progress, {"convert", done, all, ""})) return interrupted();
    PITLANE_TRY_STATUS(copier.copy(recording.rows[static_cast<std::size_t>(done)]));
  }
  auto result = copier.finish();
  if (!result) return result.error().in(recording.directory.string());
  PITLANE_TRY_STATUS(sink.finish());
  return result;
}

}  // namespace

std::vector<std::string> recording_targets() {
  std::vector<std::string> out;
  for (const Target& target : kTargets) out.emplace_back(target.name);
  return out;
}

Result<ConvertedRecording> convert_recording(const Recording& recording, const fs::path& out,
                                             const ConvertRecordingOptions& options, const ProgressFn& progress) {
  PITLANE_TRY(const Target* target, find_target(options.to));
  PITLANE_TRY(const RecordingFit fit, checked_fit(*target, recording, options));
  PITLANE_TRY_STATUS(check_apart(recording, out));
  PITLANE_TRY(const auto staged, StagedDirectory::create(out));
  const auto sink = target->open({staged->path(), &recording, &fit, options.command});
  PITLANE_TRY(ConvertedRecording result, copy_all(recording, fit, *sink, progress));
  PITLANE_TRY_STATUS(staged->commit());
  result.dropped = fit.lost;
  result.made_up = fit.made_up;
  result.apart = fit.apart;
  return result;
}

}  // namespace pitlane
