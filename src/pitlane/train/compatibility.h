// May this network be trained on this data with these options? Asked before anything is computed.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "pitlane/core/result.h"
#include "pitlane/data/dataset.h"
#include "pitlane/data/split.h"
#include "pitlane/network/network.h"
#include "pitlane/train/trainer.h"

namespace pitlane {

/// Same picture size and channels; same outputs with the same ranges in the same order.
Status check_fits(const Network& network, const Dataset& dataset);
Status check_indices(const Dataset& dataset, std::span<const std::int64_t> indices, const char* what);
Status check_options(const TrainOptions& options, const Dataset& dataset);
/// The weights of the loss: those given, else 5 for outputs that steer and 1 for others. (Steering's variance is small
/// beside speed's; with equal weights a car leaves the road.)
std::vector<double> loss_weights(const TrainOptions& options, const std::vector<OutputSpec>& outputs);

}  // namespace pitlane
