#include "pitlane/data/grey_pictures.h"

#include <cstddef>

#include "pitlane/core/result.h"
#include "pitlane/driver/luma.h"

namespace pitlane {

bool is_in_grey(const Preprocessing& grey, const Preprocessing& coloured) {
  return grey.format == PixelFormat::kGrey && coloured.format != PixelFormat::kGrey &&
         grey.source_width == coloured.source_width && grey.source_height == coloured.source_height &&
         grey.crop == coloured.crop && grey.width == coloured.width && grey.height == coloured.height;
}

void write_grey(std::span<const std::uint8_t> colours, PixelFormat format, std::span<std::uint8_t> grey) {
  PITLANE_CHECK(colours.size() == 3 * grey.size());
  const std::size_t red = format == PixelFormat::kBgr ? 2 : 0;
  for (std::size_t i = 0; i < grey.size(); ++i)
    grey[i] = luma(colours[3 * i + red], colours[3 * i + 1], colours[3 * i + 2 - red]);
}

Dataset in_grey(const Dataset& dataset, PixelFormat format) {
  PITLANE_CHECK(dataset.channels == 3);
  Dataset grey;
  grey.width = dataset.width;
  grey.height = dataset.height;
  grey.channels = 1;
  grey.outputs = dataset.outputs;
  grey.pictures.resize(dataset.pictures.size() / 3);
  write_grey(dataset.pictures, format, grey.pictures);
  grey.labels = dataset.labels;
  grey.session = dataset.session;
  grey.row = dataset.row;
  grey.side_camera = dataset.side_camera;
  grey.speed_mps = dataset.speed_mps;
  grey.command = dataset.command;
  grey.light = dataset.light;
  grey.drive = dataset.drive;
  grey.skipped = dataset.skipped;
  hash_dataset(grey);
  return grey;
}

}  // namespace pitlane
