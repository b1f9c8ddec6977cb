// Drives one network over many courses, several at a time.
#pragma once

#include <vector>

#include "pitlane/core/hash.h"
#include "pitlane/core/progress.h"
#include "pitlane/core/result.h"
#include "pitlane/driver/vehicle.h"
#include "pitlane/engine/plan.h"
#include "pitlane/measure/latency_model.h"
#include "pitlane/network/network.h"
#include "pitlane/study/course.h"

namespace pitlane {

struct LapOptions {
  std::vector<LatencyModel> latencies = {LatencyModel::none()};
  std::uint64_t seed = 1;
  VehicleOptions vehicle;
  int threads = 0;  ///< 0: all cores. The result does not depend on it (but for wall-clock fields)
};

/// Into what names a result: what they are called, and of those that are drawn what from.
void add_latencies(Hasher& hasher, const std::vector<LatencyModel>& latencies);

/// One lap per course and latency, in that order. A controller that fails is a lap that failed; an error means that
/// no world or controller could be made.
Result<std::vector<LapRow>> drive_laps(const Network& network, const Plan& plan, const std::vector<Course>& courses,
                                       const LapOptions& options, const ProgressFn& progress = {});

}  // namespace pitlane
