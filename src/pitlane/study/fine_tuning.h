// How strategies train on: the one way that tune, convert and the search share.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "pitlane/core/progress.h"
#include "pitlane/core/result.h"
#include "pitlane/data/dataset.h"
#include "pitlane/data/split.h"
#include "pitlane/network/network.h"
#include "pitlane/optimize/strategy.h"
#include "pitlane/study/seen_data.h"

namespace pitlane {

/// The last epoch's network, with its training history in the metadata; zeros are kept and normalisation is frozen.
/// `checkpoint` may be empty; it stays, to be removed once the network is safe. `threads`: 0 = all cores.
Result<Network> fine_tuned(const Network& network, const Dataset& dataset, const Split& split, const FineTuning& wanted,
                           std::uint64_t seed, const std::filesystem::path& checkpoint, const ProgressFn& progress,
                           int threads = 0);

/// The same with pictures as the network sees them. A teacher that sees others is asked beforehand, with its own.
Result<Network> fine_tuned(const Network& network, SeenData& data, const Split& split, const FineTuning& wanted,
                           std::uint64_t seed, const std::filesystem::path& checkpoint, const ProgressFn& progress);

/// Everything that decides fine_tuned(), for KeptTrainings. `data_hash`: of the data as the baseline sees it.
std::string fine_tuning_key(const Network& network, const FineTuning& wanted, const std::string& data_hash,
                            const Split& split, std::uint64_t seed);

/// Weighs channels on up to 1024 pictures, spread evenly over the training part. Both must outlive the function.
ImportanceFn importance_on(SeenData& data, const Split& split);

}  // namespace pitlane
