// What the scripts of a study's page read (page/study.js, page/track.js).
#pragma once

#include <string>

#include "pitlane/report/study_networks_html.h"

namespace pitlane {

/// Drivers, totals and conditions with their intervals, circuits, and drives that have a trajectory.
std::string study_page_data(const StudyView& view);

}  // namespace pitlane
