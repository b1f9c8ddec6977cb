// What the page's scripts draw, as one JSON text.
#pragma once

#include <string>

#include "pitlane/study/tune_result.h"

namespace pitlane {

/// Trajectories thinned to what a screen shows; lengths on the map in whole millimetres, which print short. Not a
/// format for anybody else: page/*.js reads it.
std::string page_data_json(const TuneResult& result);

}  // namespace pitlane
