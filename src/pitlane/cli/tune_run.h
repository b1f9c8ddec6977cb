// One run of `pitlane tune`, from what the user says to the exit code.
#pragma once

#include <CLI/CLI.hpp>

#include "pitlane/cli/tune_flags.h"
#include "pitlane/core/result.h"
#include "pitlane/study/tune_result.h"

namespace pitlane::cli {

/// `verb` knows which flags were given. Whatever can be refused is refused before anything long begins or anything is
/// written; every row that ended is on the disk. Returns the exit code. Errors: bad flags, inputs and circuits; as
/// tune() and auto_search().
Result<int> run_tune(TuneFlags flags, const CLI::App& verb);

/// kPartialFailure where a row failed, a search found no student, or nothing is recommended. `unnamed`: no strategy was
/// asked for by name, so one that has nothing to do did not fail.
int exit_code(const TuneResult& result, bool unnamed);

}  // namespace pitlane::cli
