// Measured latency in the laps of `tune`: each row has its own.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "pitlane/core/progress.h"
#include "pitlane/core/result.h"
#include "pitlane/engine/plan.h"
#include "pitlane/network/network.h"
#include "pitlane/study/laps.h"
#include "pitlane/study/store.h"
#include "pitlane/study/tune.h"

namespace pitlane {

/// How long the network's decisions take on the first course, in seconds: measured once on a machine and kept in the
/// store, so that a row that is made again drives as it did. What is kept and cannot be read is measured again. Errors:
/// as measure_decisions; the store.
Result<std::vector<double>> own_decide_s(Store& store, const Network& network, const Plan& plan,
                                         const std::vector<Course>& courses, const TuneOptions& options,
                                         const ProgressFn& progress);

/// The laps of a row whose decisions took so long. Errors: as LatencyModel::measured.
Result<LapOptions> laps_of(const TuneOptions& options, const std::vector<double>& decide_s);

/// "baseline p50 0.21 ms, p99 0.3 ms; ..." in a sentence; empty where no row was measured.
std::string own_latency_note(const TuneResult& result, double factor);

}  // namespace pitlane
