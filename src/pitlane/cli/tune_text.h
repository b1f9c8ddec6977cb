// What `tune` says on the terminal.
#pragma once

#include "pitlane/cli/terminal.h"
#include "pitlane/cli/tune_flags.h"
#include "pitlane/study/tune.h"
#include "pitlane/study/tune_result.h"

namespace pitlane::cli {

/// A line on stderr for each row that ends. `bar` must outlive it.
RowFn row_printer(ProgressBar& bar);

/// The table, the front, the notes and the recommendation, on stdout.
void print_outcome(const TuneResult& result, const TuneFlags& flags);

}  // namespace pitlane::cli
