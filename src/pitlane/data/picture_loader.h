// One stored frame to one picture of network size.
#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "pitlane/core/result.h"
#include "pitlane/data/frame_source.h"
#include "pitlane/driver/preprocess.h"

namespace pitlane {

/// Keeps no state between pictures but buffers: one per thread.
class PictureLoader {
 public:
  /// `stored`: files hold pictures that already went through this one, which is `preprocessing` or sees in colour what
  /// that sees one channel of it (is_one_channel_of()); only channels are put in order, or all but one taken away.
  static Result<PictureLoader> create(const Preprocessing& preprocessing, const std::optional<Preprocessing>& stored);

  /// `out`: height * width * channels bytes. Errors are about the image alone, without its name: truncated, not to be
  /// decoded, not the expected size.
  Status load(const StoredFrame& frame, std::span<std::uint8_t> out);

 private:
  PictureLoader(const Preprocessing& preprocessing, const std::optional<Preprocessing>& stored, FrameResizer resizer)
      : preprocessing_(preprocessing),
        stored_(stored ? std::optional(stored->format) : std::nullopt),
        resizer_(std::move(resizer)) {}

  [[nodiscard]] ImageSize expected_size() const;

  Preprocessing preprocessing_;
  std::optional<PixelFormat> stored_;  // how, where the files hold pictures of network size
  FrameResizer resizer_;
};

}  // namespace pitlane
