// Rounding does not cancel: what is left of it in the mean of each channel can be taken back.
#pragma once

#include <cstdint>
#include <span>

#include "pitlane/core/progress.h"
#include "pitlane/core/result.h"
#include "pitlane/data/dataset.h"
#include "pitlane/network/network.h"

namespace pitlane {

/// Gives layers that share a bias one of their own each, for each is corrected by itself.
void own_biases(Network& network);

/// Layer by layer, first to last: subtracts from each bias the channel's mean difference between `quantized` (corrected
/// so far) and `original`, before the activation, over the pictures and all positions. Both have the same nodes.
/// No layers share a bias; those without one are left alone. (Nagel et al., "Data-Free Quantization Through Weight
/// Equalization and Bias Correction", ICCV 2019, with measured in place of estimated means.)
Status correct_biases(const Network& original, Network& quantized, const Dataset& dataset,
                      std::span<const std::int64_t> samples, const ProgressFn& progress);

}  // namespace pitlane
