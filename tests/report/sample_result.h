// A whole result as a tune run leaves it, made from a formula: for tests and for looking at the page.
#pragma once

#include "pitlane/study/tune_result.h"

namespace pitlane {

/// Seven strategies (one failed, one that loses laps) on five circuits, both directions, two latencies. The
/// recommendation is left empty.
TuneResult sample_result();

}  // namespace pitlane
