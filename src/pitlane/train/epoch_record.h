// One line of a training's history.
#pragma once

namespace pitlane {

struct EpochRecord {
  int epoch = 0;
  double train_loss = 0;  ///< weighted sum of the outputs' MSE, normalised units
  double validation_loss = 0;
  double seconds = 0;  ///< wall clock
};

}  // namespace pitlane
