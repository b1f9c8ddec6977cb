// PilotNet in its two common variants.
#pragma once

#include "pitlane/core/result.h"
#include "pitlane/network/families.h"
#include "pitlane/network/network.h"

namespace pitlane {

Result<Network> build_pilotnet_torch(const FamilyOptions& options);
Result<Network> build_pilotnet_tf(const FamilyOptions& options);

}  // namespace pitlane
