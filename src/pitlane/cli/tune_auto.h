// The part of `tune --auto` that knows recordings, circuits and the terminal.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "pitlane/cli/data_source.h"
#include "pitlane/cli/terminal.h"
#include "pitlane/core/result.h"
#include "pitlane/search/search_budget.h"
#include "pitlane/sim/sim_world.h"
#include "pitlane/study/tune.h"
#include "pitlane/study/tune_result.h"

namespace pitlane::cli {

/// Both ways: the circuits `named` (as open_tracks() takes them), or where none is named our own that are not held out,
/// without those among `reported`. Errors: one that is named is among `reported`.
Result<std::vector<Course>> tuning_courses(const Network& baseline, const std::vector<std::string>& named,
                                           const std::vector<Course>& reported, const SimOptions& options);

/// Searches, with students' pictures from `inputs.load`; says each trial on stderr, writes `out`/auto.csv, and adds the
/// finalists to `inputs.made`. A search that finds none says so on stderr and in its answer.
Result<Search> add_students(TuneInputs& inputs, const TuneOptions& options, const SearchBudget& budget,
                            const Constraints& constraints, const std::vector<Course>& tuning, ProgressBar& bar);

/// Rows that no other beats in latency, size and MSE together, by rising latency, as lines for people.
std::string front_text(const TuneResult& result);

}  // namespace pitlane::cli
