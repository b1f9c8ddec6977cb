// A network that is shown less of the camera's frame: fewer rows and columns, or grey in place of colours. What its
// layers know is carried over as far as it fits; the rest is for training.
#pragma once

#include "pitlane/core/result.h"
#include "pitlane/network/network.h"

namespace pitlane {

/// The camera's picture in grey. Layers that read colours get the sum of their weights for them, so that grey pictures
/// are answered as before; only at the border of a padded layer behind a normalisation that treats colours differently
/// the answer is near it. Weights are in f32. Errors: more or fewer cameras than one, a picture that is grey already,
/// something that reads colours and is neither a convolution without groups nor keeps them apart.
Result<Network> with_grey_input(Network network);

/// The camera's picture with `scale` (above 0, below 1) times its rows and columns, rounded. Convolutions keep their
/// weights; one behind the first whose window no longer fits is padded until it does once. A dense layer that reads
/// places gets, at each place that is left, what the places around it had, so that an even picture is answered as
/// before. Weights are in f32. Errors: more or fewer cameras than one, a memory, a picture smaller than the window that
/// looks at it, operators or weights that hold for one size alone.
Result<Network> with_small_input(Network network, double scale);

}  // namespace pitlane
