// A video for the sample pages.
#pragma once

#include "pitlane/report/page_video.h"

namespace pitlane {

/// Two seconds of 320x180: red in the first, blue in the second. Or why there is none.
PageVideos sample_video();

}  // namespace pitlane
