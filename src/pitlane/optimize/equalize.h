// Cross-layer equalisation: what one layer's channel is too large by, the next layer takes (Nagel, van Baalen,
// Blankevoort and Welling, "Data-free quantization through weight equalization and bias correction", ICCV 2019).
#pragma once

#include "pitlane/network/network.h"

namespace pitlane {

/// For each two layers in a row with nothing between them but ReLU, leaky ReLU, pooling, padding with zeros, Flatten:
/// divides each channel of the first by a positive number and multiplies what the second reads of it, so that the
/// largest |w| of both are equal; again over all pairs until nothing moves. The network answers as before, up to
/// rounding. Layers whose weights others share, or whose channels others read, stay. Weights are in f32, normalisations
/// folded, biases each layer's own. Says how many pairs there were.
int equalize_layers(Network& network);

}  // namespace pitlane
