// Raw frames out of a pipe or a file, one behind the other: what `ffmpeg -f rawvideo` writes.
#pragma once

#include <memory>
#include <string_view>
#include <vector>

#include "pitlane/capture/frame_stream.h"

namespace pitlane::capture {

/// Bytes of a pixel: three, three, one, two (see yuyv.h).
enum class RawFormat : std::uint8_t { kRgb24, kBgr24, kGray, kYuyv };

struct RawOptions {
  FrameSize size;
  RawFormat format = RawFormat::kRgb24;
  /// A header of 20 bytes, little-endian, stands before each frame: time_s (float64), speed_mps (float32), command and
  /// light (int32 each).
  bool with_state = false;
  /// Rows that somebody will look at, ascending; of yuyv the others may hold anything. Empty: all.
  std::vector<int> rows = {};
};
inline constexpr std::size_t kStateBytes = 20;

/// "rgb24", "bgr24", "gray", "yuyv"
Result<RawFormat> parse_raw_format(std::string_view text);
std::size_t bytes_per_pixel(RawFormat format);

/// Every frame in its order: none is dropped, who is late makes the writer wait. `fd` stays the caller's. Times without
/// a header are those of CLOCK_MONOTONIC when the frame was whole. An end inside a frame is an error that says how much
/// is missing. An error: yuyv of an odd width.
Result<std::unique_ptr<FrameStream>> read_raw(int fd, RawOptions options, WaitReadable wait);

}  // namespace pitlane::capture
