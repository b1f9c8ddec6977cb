// One image file to one picture of network size.
#pragma once

#include <cstdint>
#include <filesystem>
#include <span>

#include "pitlane/core/result.h"
#include "pitlane/data/image_container.h"
#include "pitlane/driver/preprocess.h"

namespace pitlane {

/// Keeps no state between pictures but buffers: one per thread.
class PictureLoader {
 public:
  /// `stored`: files hold pictures that already went through `preprocessing`; only channels are put in order.
  static Result<PictureLoader> create(const Preprocessing& preprocessing, bool stored);

  /// `out`: height * width * channels bytes. Errors are about the image alone, without its path: unreadable,
  /// truncated, not the expected size.
  Status load(const std::filesystem::path& path, std::span<std::uint8_t> out);

 private:
  PictureLoader(const Preprocessing& preprocessing, bool stored, FrameResizer resizer)
      : preprocessing_(preprocessing), stored_(stored), resizer_(std::move(resizer)) {}

  [[nodiscard]] ImageSize expected_size() const;

  Preprocessing preprocessing_;
  bool stored_;
  FrameResizer resizer_;
};

}  // namespace pitlane
