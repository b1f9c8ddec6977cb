// The spine: one network in, every strategy applied, each measured offline and on the track.
#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "pitlane/core/progress.h"
#include "pitlane/core/result.h"
#include "pitlane/data/dataset.h"
#include "pitlane/data/split.h"
#include "pitlane/measure/latency.h"
#include "pitlane/network/network.h"
#include "pitlane/optimize/accuracy_budget.h"
#include "pitlane/optimize/recipe_changes.h"
#include "pitlane/study/course.h"
#include "pitlane/study/laps.h"
#include "pitlane/study/seen_data.h"
#include "pitlane/study/tune_result.h"

namespace pitlane {

/// A network that was made elsewhere (search/auto_search.h), to be judged beside the strategies on the baseline's
/// samples as it sees them (TuneInputs::load).
struct MadeNetwork {
  std::string name, summary, recipe;
  Network network;
  std::vector<EpochRecord> training;
};

struct TuneInputs {
  Network baseline;
  std::string baseline_file;
  const Dataset* dataset = nullptr;
  const Split* split = nullptr;
  LoadFn load;  ///< for networks that see other pictures
  std::vector<Course> courses;
  /// Where a budget's limit on the track is held, in place of those of `courses` that are not held out; may be empty.
  std::vector<Course> budget_courses;
  std::string why_not_driven;     ///< said in the report when `courses` is empty
  std::vector<MadeNetwork> made;  ///< rows behind those of the strategies
};

/// Measured: each row's laps draw from how long that row's network takes here.
struct OwnLatency {
  std::size_t at = 0;  ///< what stands there in LapOptions::latencies is replaced
  double factor = 1;   ///< the device is so many times slower
};

struct TuneOptions {
  std::filesystem::path out;            ///< made if missing; holds networks/, the store, checkpoints
  std::vector<std::string> strategies;  ///< names; empty means all. The baseline row is always there
  RecipeChanges changes;                ///< to the recipes of strategies
  AccuracyBudget budget;                ///< rows go back to floats layer by layer until it holds; empty: as they are
  LapOptions laps;
  std::optional<OwnLatency> own_latency;  ///< one of laps.latencies; empty: they are the same for all rows
  std::uint64_t seed = 1;                 ///< of fine-tuning
  /// Which machine this is, e.g. "AMD EPYC, 2 cores": own latencies that were measured on another do not count.
  std::string machine = {};
  bool overwrite = false;  ///< replace what `out` holds of another network
  /// Fine-tuning and calibration see at most this many training samples, evenly spread; 0 means all.
  std::int64_t most_training_samples = 0;
  LatencyOptions timing;
};

/// Called after each row, finished (`resumed` false) or found in the store of an earlier run.
using RowFn = std::function<void(const StrategyRow& row, bool resumed)>;

/// Rows that were finished by an earlier run with the same inputs are taken from `out`/tune.db; a run that
/// was interrupted or killed goes on from there. A strategy that fails is a row with a failure. Timing is never
/// stored: all networks are timed interleaved at the end of each run.
/// Errors: `out` holds results of another network (their files would be replaced), unless `overwrite`.
/// The result has no recommendation yet (see search/recommend.h).
Result<TuneResult> tune(const TuneInputs& inputs, const TuneOptions& options, const ProgressFn& progress = {},
                        const RowFn& on_row = {});

}  // namespace pitlane
