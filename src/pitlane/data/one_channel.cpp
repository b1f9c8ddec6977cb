#include "pitlane/data/one_channel.h"

#include "pitlane/core/result.h"
#include "pitlane/driver/luma.h"

namespace pitlane {

bool is_one_channel_of(const Preprocessing& one, const Preprocessing& coloured) {
  return channels_of(one.format) == 1 && channels_of(coloured.format) == 3 &&
         one.source_width == coloured.source_width && one.source_height == coloured.source_height &&
         one.crop == coloured.crop && one.width == coloured.width && one.height == coloured.height;
}

Dataset in_one_channel(const Dataset& dataset, PixelFormat order, PixelFormat wanted) {
  PITLANE_CHECK(dataset.channels == 3 && channels_of(wanted) == 1);
  Dataset one;
  one.width = dataset.width;
  one.height = dataset.height;
  one.channels = 1;
  one.outputs = dataset.outputs;
  one.pictures.resize(dataset.pictures.size() / 3);
  take_channel(dataset.pictures, order, wanted, one.pictures);
  one.labels = dataset.labels;
  one.session = dataset.session;
  one.row = dataset.row;
  one.side_camera = dataset.side_camera;
  one.speed_mps = dataset.speed_mps;
  one.command = dataset.command;
  one.light = dataset.light;
  one.drive = dataset.drive;
  one.skipped = dataset.skipped;
  hash_dataset(one);
  return one;
}

}  // namespace pitlane
