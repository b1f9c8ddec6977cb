// Normalisations of a picture that learn through the convolution behind them.
#pragma once

#include <vector>

#include "pitlane/network/network.h"

namespace pitlane {

/// By ValueId, the normalisation of which the value is made and whose factor and offset may wait for the one
/// convolution that reads it, else null: that of an image, read by nothing else, with padding that adds zeros.
///
/// conv(gamma * x + beta, W) is conv([x, 1], [gamma * W, sum over channels of beta * W]), zeros around [x, 1] too. So
/// the gradients of factor and offset come from those of the weights, where else one would be computed for every pixel
/// of the picture: a quarter of a step of PilotNet. Pointers into `network`.
std::vector<const BatchNorm*> late_scales(const Network& network);

}  // namespace pitlane
