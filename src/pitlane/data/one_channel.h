// Pictures in grey or in one colour, made of coloured ones of network size as a robot would make them of its camera's
// frames.
#pragma once

#include "pitlane/core/image.h"
#include "pitlane/data/dataset.h"
#include "pitlane/network/preprocessing.h"

namespace pitlane {

/// Does `one` see the pictures of `coloured` in grey or in one colour: the same pixels, and nothing else is different
/// about them? A FrameResizer takes colours away last, so that these bytes are those that it makes.
bool is_one_channel_of(const Preprocessing& one, const Preprocessing& coloured);

/// The same samples; `dataset` has three channels in the order of `order`, `wanted` is a format of one.
Dataset in_one_channel(const Dataset& dataset, PixelFormat order, PixelFormat wanted);

}  // namespace pitlane
