// One run of `pitlane tune`, from what the user says to the exit code.
#pragma once

#include <CLI/CLI.hpp>

#include "pitlane/cli/tune_flags.h"
#include "pitlane/core/result.h"

namespace pitlane::cli {

/// `verb` knows which flags were given. Whatever can be refused is refused before anything long begins or anything is
/// written; every row that ended is on the disk. Returns the exit code. Errors: bad flags, inputs and circuits; as
/// tune() and auto_search().
Result<int> run_tune(TuneFlags flags, const CLI::App& verb);

}  // namespace pitlane::cli
