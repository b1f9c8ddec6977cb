// Weights on few levels, each rounded up or down so that the layer answers as before, not to the nearest.
#pragma once

#include "pitlane/core/progress.h"
#include "pitlane/core/result.h"
#include "pitlane/network/weight.h"
#include "pitlane/optimize/layer_inputs.h"

namespace pitlane {

/// Signed symmetric integers of `bits` (2..8), one scale per output channel, stored as kI8: |q| < 2^(bits - 1).
/// The problem is that of M. Nagel et al., "Up or Down? Adaptive Rounding for Post-Training Quantization", ICML 2020:
/// of the two neighbours of each weight, those for which the layer's outputs on `inputs` move least. It is solved
/// greedily along the weights, errors of earlier ones made good by later ones, as in E. Lybrand and R. Saab, "A Greedy
/// Algorithm for Quantizing Neural Networks", JMLR 22 (2021), here from the inputs of most energy to those of least,
/// and then once more over all. Scales fit the largest magnitude of a channel. What is zero stays zero. `weight` is f32
/// and finite. Errors: other bits, interrupted.
Result<Weight> round_adaptively(const Weight& weight, int bits, const LayerInputs& inputs, const ProgressFn& progress);

}  // namespace pitlane
