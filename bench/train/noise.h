// Pictures and labels to train on where only the time counts.
#pragma once

#include "pitlane/data/dataset.h"
#include "pitlane/data/split.h"
#include "pitlane/network/families.h"

namespace pitlane::bench {

/// Speed and turn rate, as both PilotNets answer.
FamilyOptions two_outputs();

/// Random bytes and labels as `network` takes them; the same at each call.
Dataset noise(const Network& network, int samples);

/// All samples train, the first one validates too: a training that must validate loses no time with it.
Split all_to_train(const Dataset& dataset);

}  // namespace pitlane::bench
