// The store in the directory that `tune` fills.
#pragma once

#include <filesystem>

#include "pitlane/core/result.h"
#include "pitlane/network/network.h"
#include "pitlane/study/store.h"

namespace pitlane {

/// `out`/tune.db; both are made where missing. Errors: the directory holds results of another network (the files of
/// rows carry the names of strategies: they would be replaced), unless `overwrite`.
Result<Store> open_tune_store(const std::filesystem::path& out, const Network& baseline, bool overwrite);

}  // namespace pitlane
