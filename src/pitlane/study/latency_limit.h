// How much latency a driver survives.
#pragma once

#include <functional>
#include <optional>

#include "pitlane/core/result.h"

namespace pitlane {

/// All in whole steps of `step_ms`.
struct LatencyGrid {
  int step_ms = 5;       ///< how finely the limit is found
  int stride_ms = 20;    ///< how coarsely it is looked for
  int longest_ms = 400;  ///< nobody looks beyond
};

struct LatencyLimit {
  std::optional<int> completes_ms;  ///< empty: not even without latency
  std::optional<int> fails_ms;      ///< one step above; empty: still completed at the grid's end
};

/// Asks at 0, one stride, two strides and so on until `completes` says no, then halves the last stride down to one
/// step. Driving need not get worse steadily, so what is promised is this: every stride up to the limit completed,
/// the limit completed, and one step above it did not. Errors: those of `completes`.
Result<LatencyLimit> find_latency_limit(const LatencyGrid& grid,
                                        const std::function<Result<bool>(int latency_ms)>& completes);

}  // namespace pitlane
