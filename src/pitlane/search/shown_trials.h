// Which students of a search a user is shown.
#pragma once

#include <vector>

#include "pitlane/search/halving.h"

namespace pitlane {

/// Of the last taught rung the kMostFinished that drive best (best_drivers()), and of its students that drive well
/// enough to be recommended (else of those that complete most laps) the one that drives best, the smallest, the fastest
/// and the one that answers best; likewise of those that were
/// finished in other ways. Each once, those that complete most laps first and the fastest of these first. The pointers
/// are into `trials`.
std::vector<const RungTrial*> shown_trials(const std::vector<RungTrial>& trials);

}  // namespace pitlane
