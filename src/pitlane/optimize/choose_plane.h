// Which of the camera's three colours a network can do with alone.
#pragma once

#include <cstdint>
#include <span>

#include "pitlane/core/progress.h"
#include "pitlane/core/result.h"
#include "pitlane/data/dataset.h"
#include "pitlane/network/network.h"
#include "pitlane/optimize/reduce_input.h"

namespace pitlane {

/// Each of the three colours in turn takes the place of all, the others being told from it by least squares over the
/// pixels of `samples`; chosen is the one whose network, before any training, answers these pictures nearest to
/// `network` (mean squared difference over its outputs). `dataset` is as `network` sees it, in three colours. Errors:
/// as of with_one_channel() and ActivationProbe;
/// pictures without colours; interrupted.
Result<OneChannel> choose_plane(const Network& network, const Dataset& dataset, std::span<const std::int64_t> samples,
                                const ProgressFn& progress);

}  // namespace pitlane
