#include "fuzz/recordings.h"

#include <algorithm>
#include <cmath>

namespace pitlane::fuzz {
namespace {

/// A PNG of 4x3 pixels whose container is whole; nobody decodes it.
std::string container() {
  using namespace std::string_literals;
  return "\x89PNG\r\n\x1A\n"s
         "\0\0\0\x0DIHDR\0\0\0\x04\0\0\0\x03\x08\x02\0\0\0\0\0\0\0"s
         "\0\0\0\0IDAT\0\0\0\0"s
         "\0\0\0\0IEND\0\0\0\0"s;
}

void check_row(const Recording& recording, const RecordingRow& row, const Scratch& folder) {
  PITLANE_CHECK(row.labels.size() == recording.labels.size());
  PITLANE_CHECK(std::ranges::all_of(row.labels, [](float v) { return std::isfinite(v); }));
  PITLANE_CHECK(!std::isnan(row.time_s));
  const auto inside =
      std::filesystem::weakly_canonical(row.image).lexically_relative(std::filesystem::weakly_canonical(folder.path()));
  PITLANE_CHECK(!inside.empty() && *inside.begin() != "..");
  PITLANE_CHECK(row.index >= 0);
}

}  // namespace

std::string udacity_picture(const std::string& camera, int frame) {
  return camera + "_2018_07_16_17_11_4" + std::to_string(frame) + "_382.jpg";
}

void put_pictures(const Scratch& folder) {
  constexpr int kFrames = 10, kUdacityFrames = 5;
  for (int i = 0; i < kFrames; ++i) folder.put(std::to_string(i) + ".png", container());
  for (int i = 0; i < kUdacityFrames; ++i)
    for (const char* camera : {"center", "left", "right"}) folder.put("IMG/" + udacity_picture(camera, i), container());
  for (int i = 0; i < kFrames; ++i) folder.put("images/" + std::to_string(i) + "_cam_image_array_.jpg", container());
}

void open_and_check(const Scratch& folder, const std::string& format) {
  RecordingOptions options;
  options.format = format;
  const auto recording = open_recording(folder.path(), options);
  if (!recording) return check_error(recording.error());
  PITLANE_CHECK(static_cast<std::int64_t>(recording->rows.size()) + recording->bad_rows >= recording->row_count);
  PITLANE_CHECK(recording->image_width > 0 && recording->image_height > 0);
  for (const RecordingRow& row : recording->rows) check_row(*recording, row, folder);
  for (const RecordingRow& row : recording->side_rows) check_row(*recording, row, folder);
}

}  // namespace pitlane::fuzz
