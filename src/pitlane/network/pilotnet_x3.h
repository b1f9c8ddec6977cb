// PilotNet over several frames, as DeepLearningStudio's Keras networks see them.
#pragma once

#include "pitlane/core/result.h"
#include "pitlane/network/families.h"
#include "pitlane/network/network.h"

namespace pitlane {

/// PilotNet's convolutions on each frame, four LSTMs of 4 units, dense layers.
Result<Network> build_pilotnet_x3(const FamilyOptions& options);
/// The convolutions on each frame, four LSTMs of 32 units.
Result<Network> build_pilotnet_x3_timedistributed(const FamilyOptions& options);
Result<Network> build_pilotnet_x3_timedistributed_v(const FamilyOptions& options);
/// Convolutions over time as well, each followed by a normalisation, then means.
Result<Network> build_pilotnet_x3_conv3d(const FamilyOptions& options);
Result<Network> build_pilotnet_x3_conv3d_v(const FamilyOptions& options);

}  // namespace pitlane
