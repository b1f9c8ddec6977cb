// Weights in few bits, each rounded up or down so that the layer answers as before, not to the nearest.
#pragma once

#include "pitlane/core/progress.h"
#include "pitlane/core/result.h"
#include "pitlane/network/weight.h"
#include "pitlane/optimize/layer_inputs.h"

namespace pitlane {

/// Signed symmetric integers of `bits` (2..8), one scale per output channel, stored as kI8: |q| < 2^(bits - 1), chosen
/// by round_greedily(). Scales fit the largest magnitude of a channel. What is zero stays zero. `weight` is f32 and
/// finite. Errors: other bits, interrupted.
Result<Weight> round_adaptively(const Weight& weight, int bits, const LayerInputs& inputs, const ProgressFn& progress);

}  // namespace pitlane
