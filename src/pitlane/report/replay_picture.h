// A recorded frame with what two networks answered to it, for people.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "pitlane/core/image.h"
#include "pitlane/core/result.h"
#include "pitlane/measure/replay.h"

namespace pitlane {

/// A PNG of 640 pixels width: the frame (RGB), `title`, and for each output a scale from its lowest to its highest
/// value on which A and B are marked, with their values and difference.
Result<std::vector<std::byte>> replay_picture(const ImageView& frame, const std::string& title, const Replay& replay,
                                              const FrameDifference& answers);

}  // namespace pitlane
