// Importers put an Activate{kNone} with a grid wherever a file quantises, so that only who reads behind it is rounded.
#pragma once

#include "pitlane/network/network.h"

namespace pitlane {

/// Takes those out whose value has no other reader: the node that makes it rounds by itself then, through a Flatten or
/// Reshape between them too. So does one whose value lies on that grid already.
void merge_rounding(Network& network);

}  // namespace pitlane
