// Which circuits `tune` drives: those that it reports, and those that choose.
#pragma once

#include <vector>

#include "pitlane/cli/tune_flags.h"
#include "pitlane/core/result.h"
#include "pitlane/optimize/accuracy_budget.h"
#include "pitlane/study/course.h"
#include "pitlane/study/tune.h"

namespace pitlane::cli {

/// Sets the courses of `inputs`, or the sentence that says why the track is left out. A search chooses on `tuning`;
/// what is reported then are the circuits that were named, or else those that are held out. Errors: circuits that are
/// named where none is driven; unknown ones; a vehicle that does not fit.
Status add_courses(const TuneFlags& flags, TuneInputs& inputs, std::vector<Course>& tuning);

/// A budget is held on circuits that are not held out. Where there is no such circuit, all are used, and are held out
/// no longer: then true.
bool uses_held_out(const AccuracyBudget& budget, std::vector<Course>& courses);

}  // namespace pitlane::cli
