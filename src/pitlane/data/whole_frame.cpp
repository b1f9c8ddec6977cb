#include "pitlane/data/whole_frame.h"

#include <cstddef>

#include "pitlane/data/frame_source.h"
#include "pitlane/data/picture_loader.h"

namespace pitlane {

Result<WholeFrame> load_whole_frame(const Recording& recording, const RecordingRow& row) {
  const auto reader = frame_reader(recording);
  const auto named = [&](const Error& error) { return error.in(row.image.string()); };
  const Result<StoredFrame> frame = reader->read(row);
  if (!frame) return named(frame.error());
  const Result<ImageSize> size = size_of(*frame);
  if (!size) return named(size.error());
  Preprocessing whole;
  whole.source_width = whole.width = size->width;
  whole.source_height = whole.height = size->height;
  whole.crop = {0, 0, size->width, size->height};
  whole.format = PixelFormat::kRgb;
  PITLANE_TRY(PictureLoader loader, PictureLoader::create(whole, whole));
  WholeFrame out{size->width, size->height, {}};
  out.pixels.resize(static_cast<std::size_t>(size->width) * static_cast<std::size_t>(size->height) * 3);
  if (const Status loaded = loader.load(*frame, out.pixels); !loaded) return named(loaded.error());
  return out;
}

}  // namespace pitlane
