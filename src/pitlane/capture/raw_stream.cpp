#include "pitlane/capture/raw_stream.h"

#include <unistd.h>

#include <bit>
#include <cerrno>
#include <cstring>
#include <span>
#include <string>
#include <utility>

#include "pitlane/capture/monotonic_clock.h"
#include "pitlane/capture/yuyv.h"

namespace pitlane::capture {
namespace {

struct FormatName {
  const char* name;
  RawFormat format;
};
constexpr FormatName kFormats[] = {
    {"rgb24", RawFormat::kRgb24}, {"bgr24", RawFormat::kBgr24}, {"gray", RawFormat::kGray}, {"yuyv", RawFormat::kYuyv}};

template <typename Unsigned>
Unsigned little_endian(const std::uint8_t* bytes) {
  Unsigned value = 0;
  for (std::size_t i = 0; i < sizeof value; ++i) value |= static_cast<Unsigned>(bytes[i]) << (8 * i);
  return value;
}

std::size_t pixels(const FrameSize& size) {
  return static_cast<std::size_t>(size.width) * static_cast<std::size_t>(size.height);
}

class RawStream final : public FrameStream {
 public:
  RawStream(int fd, RawOptions options, WaitReadable wait)
      : fd_(fd),
        options_(std::move(options)),
        wait_(std::move(wait)),
        header_bytes_(options_.with_state ? kStateBytes : 0),
        bytes_(header_bytes_ + pixels(options_.size) * bytes_per_pixel(options_.format)) {
    if (options_.format == RawFormat::kYuyv) rgb_.resize(pixels(options_.size) * 3);
  }

  Result<std::optional<Frame>> next() override {
    PITLANE_TRY(const bool whole, fill());
    if (!whole) return std::optional<Frame>();
    Frame frame;
    frame.time_s = monotonic_s();
    if (options_.with_state) read_state(frame);
    frame.image = image();
    ++frames_;
    return std::optional<Frame>(frame);
  }

 private:
  // False at the end of the stream, or where the caller was asked to stop.
  Result<bool> fill() {
    std::size_t done = 0;
    while (done < bytes_.size()) {
      if (!wait_(fd_)) return false;
      const ssize_t got = ::read(fd_, bytes_.data() + done, bytes_.size() - done);
      if (got < 0 && (errno == EINTR || errno == EAGAIN)) continue;
      if (got < 0) return io_error("raw frames: cannot read: " + std::string(std::strerror(errno)));
      if (got == 0 && done == 0) return false;
      if (got == 0)
        return corrupt("raw frames: the stream ends inside frame " + std::to_string(frames_) +
                       " (counted from 0): " + std::to_string(bytes_.size() - done) + " of " +
                       std::to_string(bytes_.size()) + " bytes are missing; check size and format");
      done += static_cast<std::size_t>(got);
    }
    return true;
  }

  void read_state(Frame& frame) const {
    const std::uint8_t* at = bytes_.data();
    frame.time_s = std::bit_cast<double>(little_endian<std::uint64_t>(at));
    CarState state;
    state.speed_mps = std::bit_cast<float>(little_endian<std::uint32_t>(at + 8));
    state.command = std::bit_cast<std::int32_t>(little_endian<std::uint32_t>(at + 12));
    state.light = std::bit_cast<std::int32_t>(little_endian<std::uint32_t>(at + 16));
    frame.state = state;
  }

  ImageView image() {
    const auto [width, height] = options_.size;
    const std::uint8_t* raw = bytes_.data() + header_bytes_;
    switch (options_.format) {
      case RawFormat::kRgb24:
        return {raw, width, height, std::ptrdiff_t{width} * 3, PixelFormat::kRgb};
      case RawFormat::kBgr24:
        return {raw, width, height, std::ptrdiff_t{width} * 3, PixelFormat::kBgr};
      case RawFormat::kGray:
        return {raw, width, height, width, PixelFormat::kGrey};
      case RawFormat::kYuyv:
        break;
    }
    yuyv_to_rgb({raw, options_.size, std::ptrdiff_t{width} * 2}, options_.rows, rgb_);
    return {rgb_.data(), width, height, std::ptrdiff_t{width} * 3, PixelFormat::kRgb};
  }

  int fd_;
  RawOptions options_;
  WaitReadable wait_;
  std::size_t header_bytes_;
  std::vector<std::uint8_t> bytes_;  // header and frame
  std::vector<std::uint8_t> rgb_;    // of yuyv
  std::uint64_t frames_ = 0;
};

}  // namespace

Result<RawFormat> parse_raw_format(std::string_view text) {
  for (const FormatName& known : kFormats)
    if (text == known.name) return known.format;
  return invalid_argument("'" + std::string(text) +
                          "' is no format of raw frames; choose one of: rgb24, bgr24, gray, yuyv");
}

std::size_t bytes_per_pixel(RawFormat format) {
  switch (format) {
    case RawFormat::kGray:
      return 1;
    case RawFormat::kYuyv:
      return 2;
    case RawFormat::kRgb24:
    case RawFormat::kBgr24:
      break;
  }
  return 3;
}

Result<std::unique_ptr<FrameStream>> read_raw(int fd, RawOptions options, WaitReadable wait) {
  if (options.format == RawFormat::kYuyv && options.size.width % 2 != 0)
    return invalid_argument("raw frames: yuyv holds two pixels at a time; " + to_string(options.size) +
                            " has an odd width");
  return std::unique_ptr<FrameStream>(std::make_unique<RawStream>(fd, std::move(options), std::move(wait)));
}

}  // namespace pitlane::capture
