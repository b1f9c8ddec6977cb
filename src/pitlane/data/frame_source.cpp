#include "pitlane/data/frame_source.h"

#include "pitlane/core/file.h"

namespace pitlane {
namespace {

class FileReader : public FrameReader {
 public:
  Result<StoredFrame> read(const RecordingRow& row) override {
    StoredFrame out;
    PITLANE_TRY(out.bytes, read_file(row.image, kMaxImageBytes));
    return out;
  }
};

}  // namespace

std::unique_ptr<FrameReader> frame_reader(const Recording& recording) {
  if (recording.frames) return recording.frames->reader();
  return std::make_unique<FileReader>();
}

Result<ImageSize> size_of(const StoredFrame& frame) {
  if (frame.raw()) return frame.raw_size;
  return inspect_image(frame.bytes);
}

}  // namespace pitlane
