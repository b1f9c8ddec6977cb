// DeepLearningStudio's and BehaviorMetrics' networks with convolutional LSTMs.
#pragma once

#include "pitlane/core/result.h"
#include "pitlane/network/families.h"
#include "pitlane/network/network.h"

namespace pitlane {

/// Three strided convolutions, three ConvLSTMs that see one step each, dense layers.
Result<Network> build_deepest_lstm_tinypilotnet(const FamilyOptions& options);
Result<Network> build_deepest_lstm_tinypilotnet_v(const FamilyOptions& options);
/// Convolutions over time, four ConvLSTMs, dense layers.
Result<Network> build_memdccp(const FamilyOptions& options);
/// The first one's picture part in PyTorch's gates, with speed, one-hot command and (FamilyOptions::lights) traffic
/// light beside its features, and outputs through a sigmoid.
Result<Network> build_pilotnet_onehot(const FamilyOptions& options);

}  // namespace pitlane
