// Layers as we write them ourselves: bias and activation belong to the layer before them, and nothing is computed that
// nobody reads. Results do not change.
#pragma once

#include "pitlane/network/network.h"

namespace pitlane::onnx {

/// A sum after a layer without a bias becomes its bias, a function after a layer without one its activation, each only
/// where nothing else reads the value between. Then drops values, nodes and weights that do not matter.
void fuse_layers(Network& network);

}  // namespace pitlane::onnx
