// A recorded frame as people look at it.
#pragma once

#include <cstdint>
#include <vector>

#include "pitlane/core/image.h"
#include "pitlane/core/result.h"
#include "pitlane/data/recording.h"

namespace pitlane {

struct WholeFrame {
  int width = 0, height = 0;
  std::vector<std::uint8_t> pixels;  ///< {height, width, 3}, RGB

  [[nodiscard]] ImageView view() const {
    return {pixels.data(), width, height, std::ptrdiff_t{3} * width, PixelFormat::kRgb};
  }
};

/// The row's picture in colour, of the size in which it was stored (cropped and resized where the recording was).
/// Errors: it cannot be read or decoded, or is of another size than the recording's; names it.
Result<WholeFrame> load_whole_frame(const Recording& recording, const RecordingRow& row);

}  // namespace pitlane
