// The directory that `tune` fills: nothing of anybody else's is replaced there unasked.
#pragma once

#include <filesystem>

#include "pitlane/core/result.h"
#include "pitlane/study/tune_result.h"

namespace pitlane::cli {

/// Makes nothing. Errors: `model` is one of the files that tune writes into `out`; there are such files that no tune
/// has left that could go on from them (its store is not there), unless `overwrite`.
Status check_tune_folder(const std::filesystem::path& out, const std::filesystem::path& model, bool overwrite);

/// The reports, and the recommended network as recommended.pit. Where nothing is recommended an older one goes, which
/// `result.notes` say then. Errors: the recommended network is another one than was measured.
Status write_tune_results(TuneResult& result, const std::filesystem::path& out);

}  // namespace pitlane::cli
