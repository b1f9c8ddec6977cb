// What the file of a study names, opened: networks compiled, circuits read, all that can be wrong found before the
// first drive.
#pragma once

#include "pitlane/core/progress.h"
#include "pitlane/core/result.h"
#include "pitlane/study/store.h"
#include "pitlane/study/study_grid.h"
#include "pitlane/study/study_spec.h"

namespace pitlane::cli {

/// Without `measured` latencies. Errors name the line of the file.
Result<StudyGrid> open_study(const StudySpec& spec);

/// Are latencies that are not in the store measured, or left out (StudyLatency::known)?
enum class Measuring { kAllowed, kLeftOut };

/// Sets the latencies of all drivers, in the order of the file.
Status add_latencies(const StudySpec& spec, Store& store, Measuring measuring, StudyGrid& grid,
                     const ProgressFn& progress);

}  // namespace pitlane::cli
