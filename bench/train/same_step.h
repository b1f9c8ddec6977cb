// What must hold before two training loops may be timed against each other.
#pragma once

#include "pitlane/core/result.h"
#include "pitlane/data/dataset.h"
#include "pitlane/network/network.h"

namespace pitlane::bench {

/// An error unless the trainer's model and the plain loop, from the same weights and on the first `samples` pictures,
/// have the same loss and the same norm of all gradients, to 1e-4 of their size.
Status check_same_step(const Network& network, const Dataset& dataset, int samples);

}  // namespace pitlane::bench
