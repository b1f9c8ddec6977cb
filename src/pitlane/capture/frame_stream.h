// Where frames come from: picture files, a pipe of raw pixels, a camera.
#pragma once

#include <functional>
#include <optional>

#include "pitlane/core/image.h"
#include "pitlane/core/result.h"

namespace pitlane::capture {

/// Pixels.
struct FrameSize {
  int width = 0, height = 0;
  bool operator==(const FrameSize&) const = default;
};

/// "640x480"
std::string to_string(const FrameSize& size);
/// Reads "640x480". Sides are 1 to 16384.
Result<FrameSize> parse_frame_size(std::string_view text);

/// What a car measures beside its camera, where the stream brings it.
struct CarState {
  double speed_mps = 0;
  int command = 0;  ///< high-level command
  int light = 0;    ///< traffic light
};

/// One frame. `image` is valid until the next call of next().
struct Frame {
  ImageView image;
  double time_s = 0;              ///< exposure, or when it was read; never decreases
  std::optional<CarState> state;  ///< empty where the stream knows nothing of the car
};

/// Waits until `fd` can be read without waiting; false where the caller was asked to stop, and the stream ends.
using WaitReadable = std::function<bool(int fd)>;

/// One thread. Streams are made for one frame size and give frames of no other.
class FrameStream {
 public:
  FrameStream() = default;
  virtual ~FrameStream() = default;
  FrameStream(const FrameStream&) = delete;
  FrameStream& operator=(const FrameStream&) = delete;

  /// The next frame; empty at the end. After an error there is nothing more, unless goes_on().
  virtual Result<std::optional<Frame>> next() = 0;
  /// Whether an error concerns one frame alone, so that next() may be called again.
  [[nodiscard]] virtual bool goes_on() const { return false; }
  /// Frames that were there but were left out because a newer one was there too.
  [[nodiscard]] virtual std::uint64_t dropped() const { return 0; }
};

}  // namespace pitlane::capture
