// `tune --auto`: looks for a small student of a network. Each candidate is timed on this machine, then taught by the
// baseline and by the labels; the best third is taught longer; the last few are finished in several ways and driven on
// tuning circuits. Candidates are judged in groups, whose students are taught at the same time, one a core.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "pitlane/core/progress.h"
#include "pitlane/core/result.h"
#include "pitlane/data/dataset.h"
#include "pitlane/data/split.h"
#include "pitlane/network/network.h"
#include "pitlane/search/halving.h"
#include "pitlane/study/course.h"
#include "pitlane/study/laps.h"
#include "pitlane/study/tune.h"

namespace pitlane {

/// The pictures of AutoInputs::dataset, sample by sample, as `student` sees them.
using StudentDataFn = std::function<Result<Dataset>(const Network& student, const ProgressFn& progress)>;

struct AutoInputs {
  const Network* baseline = nullptr;
  const Dataset* dataset = nullptr;  ///< as the baseline sees it
  const Split* split = nullptr;
  StudentDataFn student_data;
  std::vector<Course> courses;  ///< of tuning; may be empty. Nothing is reported on them
};

struct AutoOptions {
  std::filesystem::path out;  ///< as TuneOptions::out; its store is shared
  SearchBudget budget;
  std::optional<double> max_latency_ms, max_size_bytes;
  /// The tuning laps have a seed of their own, made of this one. Its threads are also those that teach; how many there
  /// are changes no trial but its seconds.
  LapOptions laps;
  std::uint64_t seed = 1;
  bool overwrite = false;
  /// Which machine this is, e.g. "AMD EPYC, 2 cores": what was timed on another does not count.
  std::string machine = {};
};

/// After each group, for each of its trials, finished now or by an earlier run.
using TrialFn = std::function<void(const RungTrial& trial, bool resumed)>;

struct AutoResult {
  std::vector<RungTrial> trials;  ///< in the order in which they were judged
  std::vector<MadeNetwork>
      finalists;  ///< of shown_trials(): auto-1, auto-2, ... (11 at most): most tuning laps first, then the fastest
  std::optional<std::string> why_none = {};  ///< as Halved; then there are no finalists
};

/// Trials that an earlier run finished are taken from the store, their latencies too: the same seed and the same stored
/// latencies give the same networks, byte for byte. Errors: as halve() and check_teachable(); `out` holds results of
/// another network; student_data gives other samples; interrupted (finished groups are kept, of the last two rungs each
/// finished trial).
Result<AutoResult> auto_search(const AutoInputs& inputs, const AutoOptions& options, const ProgressFn& progress = {},
                               const TrialFn& on_trial = {});

}  // namespace pitlane
