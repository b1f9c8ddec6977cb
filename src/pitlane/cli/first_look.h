// What a network is worth on this data, before anything costs hours.
#pragma once

#include <string>
#include <vector>

#include "pitlane/core/progress.h"
#include "pitlane/core/result.h"
#include "pitlane/data/dataset.h"
#include "pitlane/data/split.h"
#include "pitlane/measure/accuracy.h"
#include "pitlane/network/network.h"

namespace pitlane::cli {

/// A sentence for each output that is no better than always saying the mean: as a rule the pictures are not those that
/// the network learned from, or reach it in another way.
std::vector<std::string> worthless_outputs(const Accuracy& accuracy);

/// The same on up to 512 validation frames, spread evenly; of a network with memory, which sees each drive from its
/// start, the first ones. None on fewer than 32. Errors: as of compile() and predict().
Result<std::vector<std::string>> first_look(const Network& network, const Dataset& dataset, const Split& split,
                                            const ProgressFn& progress);

}  // namespace pitlane::cli
