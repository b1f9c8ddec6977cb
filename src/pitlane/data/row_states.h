// What the car did and was told at each row of a recording, beside its labels.
#pragma once

#include <vector>

#include "pitlane/core/result.h"
#include "pitlane/data/dataset.h"
#include "pitlane/data/recording.h"

namespace pitlane {

/// By row; each empty unless needed.
struct RowStates {
  std::vector<float> speed_mps;
  std::vector<int> command, light, drive;
};

/// See load_dataset. `rows`: those that become samples.
Result<RowStates> row_states(const Recording& recording, const std::vector<const RecordingRow*>& rows,
                             const SampleNeeds& needs);
/// Appends the state of row `row` to a dataset's.
void take_state(Dataset& dataset, const RowStates& states, std::size_t row);

}  // namespace pitlane
