// Normalisations in front of a float layer, gathered into one x = scale * u + offset per channel, and folded
// into the layer's weights: exact up to rounding, and the normalisation costs nothing.
#pragma once

#include <vector>

#include "pitlane/network/network.h"

namespace pitlane {

/// Per channel; channel of flattened element k is k % scale.size(). Doubles: rounded once, when folded.
struct Affine {
  std::vector<double> scale, offset;
};

/// Of a BatchNorm node.
Affine affine_of(const Network& network, const BatchNorm& op);

/// What a layer really reads.
struct AffineChain {
  ValueId source = -1;
  /// The source is an image and the chain starts from its bytes, 0..255.
  bool from_bytes = false;
  Affine affine;
};

/// Walks from `value` through Flatten, BatchNorm and image scaling. `pad_value` is what the layer's border
/// holds, per channel, or null where there is no border: a step that cannot be undone there (scale 0) ends
/// the walk before it.
AffineChain affine_chain(const Network& network, ValueId value, const std::vector<float>* pad_value);

/// `value` behind Flatten nodes: the tensor that holds the same numbers.
ValueId storage_of(const Network& network, ValueId value);

struct FoldedLayer {
  std::vector<float> weights;
  std::vector<float> bias;
};

/// W' = W * scale, b' = b + sum(W * offset). `weights` is {outputs, ..., channels}, `bias` {outputs}.
FoldedLayer fold(const Affine& affine, const std::vector<float>& weights, const std::vector<float>& bias);
/// What stands in the border, in units of the source: (pad_value - offset) / scale.
std::vector<float> fold_padding(const Affine& affine, const std::vector<float>& pad_value);

}  // namespace pitlane
