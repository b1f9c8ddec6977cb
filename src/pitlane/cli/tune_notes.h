// What a reader of a run of tune must know beside its numbers.
#pragma once

#include <string>

#include "pitlane/cli/data_source.h"
#include "pitlane/study/tune.h"

namespace pitlane::cli {

/// Of a split that leaves few frames to learn from and to measure ranges on; else empty.
std::string few_frames_note(const Split& split);

/// Appends to `result.notes`, in the order in which they are read: what the baseline is worth, how much was learned
/// from, what was put back by a budget, what was not driven or not read.
void add_notes(TuneResult& result, const TuneInputs& inputs, const OpenedData& data, const TuneOptions& options);

}  // namespace pitlane::cli
