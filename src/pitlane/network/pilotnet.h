// PilotNet (Bojarski et al., "End to End Learning for Self-Driving Cars", 2016) in DeepLearningStudio's variants.
#pragma once

#include "pitlane/core/result.h"
#include "pitlane/network/families.h"
#include "pitlane/network/network.h"

namespace pitlane {

Result<Network> build_pilotnet_torch(const FamilyOptions& options);
Result<Network> build_pilotnet_tf(const FamilyOptions& options);
/// With a plane of the speed.
Result<Network> build_pilotnet_tf_v(const FamilyOptions& options);
/// Frames stacked along channels, wider layers.
Result<Network> build_pilotnet_stacked(const FamilyOptions& options);

}  // namespace pitlane
