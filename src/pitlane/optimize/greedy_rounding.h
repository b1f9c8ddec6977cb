// Weights on few values, each chosen so that its layer answers as before.
#pragma once

#include <cstddef>
#include <functional>
#include <vector>

#include "pitlane/core/progress.h"
#include "pitlane/core/result.h"
#include "pitlane/network/weight.h"
#include "pitlane/optimize/layer_inputs.h"

namespace pitlane {

/// The value that a weight of this output channel takes: of those next to `weight` the one closer to `wished`.
using RoundWeightFn = std::function<float(std::size_t channel, float weight, float wished)>;

/// The problem is that of M. Nagel et al., "Up or Down? Adaptive Rounding for Post-Training Quantization", ICML 2020:
/// of the two neighbours of each weight, those for which the layer's outputs on `inputs` move least. It is solved
/// greedily along the weights, errors of earlier ones made good by later ones, as in E. Lybrand and R. Saab, "A Greedy
/// Algorithm for Quantizing Neural Networks", JMLR 22 (2021), here from the inputs of most energy to those of least,
/// and then once more over all. What is zero stays zero. `weight` is f32 and finite; the result has its shape. Errors:
/// interrupted.
Result<std::vector<float>> round_greedily(const Weight& weight, const LayerInputs& inputs, const RoundWeightFn& round,
                                          const ProgressFn& progress);

}  // namespace pitlane
