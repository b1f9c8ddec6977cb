// A video of two drives of a study for its page.
#pragma once

#include "pitlane/core/progress.h"
#include "pitlane/report/page_video.h"
#include "pitlane/study/study_run.h"

namespace pitlane::cli {

/// The first driver beside the recommended one (or else beside the second), on one course under one condition: the
/// first drive that one of them did not complete, or else the first of all. Both are driven again, since the store
/// keeps thinned trajectories; cells that are not driven yet are passed over. `interrupted`: set where the user stopped
/// it.
PageVideos study_page_videos(const StudyResult& result, const ProgressFn& progress, bool& interrupted);

}  // namespace pitlane::cli
