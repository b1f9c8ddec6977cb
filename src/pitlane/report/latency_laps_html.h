// What latency costs each network on the track, as a table of the report.
#pragma once

#include <string>

#include "pitlane/study/tune_result.h"

namespace pitlane {

/// A section: a row a network, three columns a latency; empty where all laps had one.
std::string latency_laps_html(const TuneResult& result);

}  // namespace pitlane
