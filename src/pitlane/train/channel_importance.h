// Which channels and units of a network its loss would miss most.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "pitlane/core/progress.h"
#include "pitlane/core/result.h"
#include "pitlane/data/dataset.h"
#include "pitlane/network/network.h"

namespace pitlane {

/// By node, for a Conv2d or Dense one number an output channel, for others none: to first order how far the loss moves
/// when the channel goes, |sum of gradient times weight over its weights and its bias|, summed over batches of 16.
/// With a relu or nothing behind the layer (fold normalisations first) this is |sum of gradient times activation|
/// (Molchanov et al., "Pruning Convolutional Neural Networks for Resource Efficient Inference", ICLR 2017, and
/// "Importance Estimation for Neural Network Pruning", CVPR 2019). Nodes that share a weight have the numbers of all of
/// them together. Errors: as train().
Result<std::vector<std::vector<double>>> channel_importance(const Network& network, const Dataset& dataset,
                                                            std::span<const std::int64_t> samples,
                                                            const ProgressFn& progress = {}, int threads = 0);

}  // namespace pitlane
