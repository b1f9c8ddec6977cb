// Grey pictures made of coloured ones of network size, as a robot would make them of its camera's frames.
#pragma once

#include <cstdint>
#include <span>

#include "pitlane/core/image.h"
#include "pitlane/data/dataset.h"
#include "pitlane/network/preprocessing.h"

namespace pitlane {

/// Does `grey` see the pictures of `coloured` in grey: the same pixels, and nothing else is different about them? A
/// FrameResizer takes colours away last, so that these bytes are those that it makes.
bool is_in_grey(const Preprocessing& grey, const Preprocessing& coloured);

/// `colours`: three bytes a pixel; `grey`: one.
void write_grey(std::span<const std::uint8_t> colours, PixelFormat format, std::span<std::uint8_t> grey);

/// The same samples; `dataset` has three channels in the order of `format`.
Dataset in_grey(const Dataset& dataset, PixelFormat format);

}  // namespace pitlane
