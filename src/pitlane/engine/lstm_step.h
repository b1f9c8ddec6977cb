// The step of an LSTM cell: reads the sums of its gates once, and writes what the cell holds and shows.
#pragma once

#include <memory>

#include "pitlane/engine/lstm_cells.h"
#include "pitlane/engine/step.h"
#include "pitlane/engine/step_info.h"
#include "pitlane/kernels/table.h"

namespace pitlane {

/// Float pictures; those that are read have no border. Without a buffer: not there, as LstmNodes and kernels::Lstm say.
struct LstmPictures {
  Picture sums, more_sums, before;
  Picture cell, hidden;
};

std::unique_ptr<Step> make_lstm_step(const LstmNodes& nodes, const LstmPictures& pictures,
                                     const kernels::Table& kernels);
StepInfo lstm_info(const LstmNodes& nodes, const LstmPictures& pictures);

}  // namespace pitlane
