// The video of tune's page: the baseline beside the network that is recommended, a lap of one circuit.
#pragma once

#include <vector>

#include "pitlane/core/progress.h"
#include "pitlane/report/page_video.h"
#include "pitlane/study/tune.h"

namespace pitlane::cli {

/// Drives both once more (the store keeps only part of the poses) on the first held-out course, or the first one where
/// none is, with the first latency. Nothing that goes wrong is an error: the page says it. Empty without courses.
/// `interrupted` becomes true where the user stopped it.
PageVideos tune_page_videos(const TuneResult& result, const TuneInputs& inputs, const TuneOptions& options,
                            const ProgressFn& progress, bool& interrupted);

}  // namespace pitlane::cli
