// The loss curve of a network's training, carried in its metadata so that reports can draw it later.
#pragma once

#include <vector>

#include "pitlane/network/network.h"
#include "pitlane/train/epoch_record.h"

namespace pitlane {

/// metadata["history"]: one line "epoch train_loss validation_loss" per epoch. Wall-clock seconds are left out,
/// so that the same training gives the same file.
void set_training_history(Network& network, const std::vector<EpochRecord>& epochs);
/// Empty where there is none; lines that cannot be read are left out.
std::vector<EpochRecord> training_history(const Network& network);

}  // namespace pitlane
