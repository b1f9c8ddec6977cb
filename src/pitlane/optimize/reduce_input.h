// A network that is shown less of the camera's frame: fewer rows and columns, or one channel in place of three colours.
// What its layers know is carried over as far as it fits; the rest is for training.
#pragma once

#include <array>

#include "pitlane/core/image.h"
#include "pitlane/core/result.h"
#include "pitlane/network/network.h"
#include "pitlane/network/picture_scale.h"

namespace pitlane {

/// What a network sees in place of three colours, and what it is to think of them: red, green and blue, in this order,
/// are factor * channel + term, in bytes.
struct OneChannel {
  PixelFormat format = PixelFormat::kGrey;  ///< of one channel
  std::array<double, 3> factor{1, 1, 1}, term{0, 0, 0};
};

/// The camera's picture in one channel: grey where nothing else is said. Layers that read colours get one weight for
/// them, so that pictures whose colours are what `channel` says (by default all alike) are answered as before. Only at
/// the border of a padded layer the answer is near it, where a normalisation or the camera's scales treat colours
/// differently or `channel` has terms: these go to the bias, and the border takes no part in them. Weights are in f32.
/// Errors: more or fewer cameras than one, a picture of one channel already, something that reads colours and is
/// neither a convolution without groups nor keeps them apart.
Result<Network> with_one_channel(Network network, const OneChannel& channel = {});

/// The camera's picture with `scale` (a share of each, one below 1) of its columns and rows, rounded. Convolutions keep
/// their weights; one behind the first whose window no longer fits is padded until it does once. A dense layer that
/// reads places gets, at each place that is left, what the places around it had, so that an even picture is answered as
/// before. Weights are in f32. Errors: more or fewer cameras than one, a memory, a picture smaller than the window that
/// looks at it, operators or weights that hold for one size alone.
Result<Network> with_small_input(Network network, const PictureScale& scale);

}  // namespace pitlane
