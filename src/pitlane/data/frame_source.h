// Where the pictures of a recording lie: files of their own, or messages inside a bag.
#pragma once

#include <cstddef>
#include <memory>
#include <vector>

#include "pitlane/core/image.h"
#include "pitlane/core/result.h"
#include "pitlane/data/image_container.h"
#include "pitlane/data/recording.h"

namespace pitlane {

/// One picture as it is stored, not decoded.
struct StoredFrame {
  std::vector<std::byte> bytes;  ///< a whole PNG or JPEG file; of a raw frame, rows of pixels without gaps
  ImageSize raw_size;            ///< 0x0 where `bytes` are a file
  PixelFormat raw_format = PixelFormat::kRgb;

  [[nodiscard]] bool raw() const { return raw_size.width > 0; }
};

/// One thread. Keeps what neighbouring rows share, so rows are best read in their order.
class FrameReader {
 public:
  virtual ~FrameReader() = default;
  /// Errors are about the picture alone, without its name.
  virtual Result<StoredFrame> read(const RecordingRow& row) = 0;
};

/// Immutable, any number of threads.
class FrameSource {
 public:
  virtual ~FrameSource() = default;
  /// Must not outlive the source.
  [[nodiscard]] virtual std::unique_ptr<FrameReader> reader() const = 0;
};

/// Of `recording.frames`, or of files where that is null. Must not outlive the recording.
std::unique_ptr<FrameReader> frame_reader(const Recording& recording);

/// Looks at the container only, as inspect_image does.
Result<ImageSize> size_of(const StoredFrame& frame);

}  // namespace pitlane
