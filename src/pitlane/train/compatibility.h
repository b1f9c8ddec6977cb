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

/// Same outputs with the same ranges in the same order. (What the network reads, SampleInputs checks.)
Status check_outputs(const Network& network, const Dataset& dataset);
Status check_indices(const Dataset& dataset, std::span<const std::int64_t> indices, const char* what);
Status check_options(const TrainOptions& options, const Dataset& dataset);
/// What fine-tuning asks for fits the network: weights and shares in range, a teacher that sees and answers the same.
Status check_fine_tuning(const TrainOptions& options, const Network& network);
/// The weights of the loss: those given, else 5 for outputs that steer and 1 for others. (Steering's variance is small
/// beside speed's; with equal weights a car leaves the road.)
std::vector<double> loss_weights(const TrainOptions& options, const std::vector<OutputSpec>& outputs);

}  // namespace pitlane
