#include "pitlane/study/latency_limit.h"

namespace pitlane {

Result<LatencyLimit> find_latency_limit(const LatencyGrid& grid,
                                        const std::function<Result<bool>(int latency_ms)>& completes) {
  PITLANE_CHECK(grid.step_ms > 0 && grid.stride_ms > 0 && grid.stride_ms % grid.step_ms == 0);
  LatencyLimit limit;
  for (int latency_ms = 0; latency_ms <= grid.longest_ms; latency_ms += grid.stride_ms) {
    PITLANE_TRY(const bool completed, completes(latency_ms));
    if (!completed) {
      limit.fails_ms = latency_ms;
      break;
    }
    limit.completes_ms = latency_ms;
  }
  if (!limit.completes_ms || !limit.fails_ms) return limit;
  while (*limit.fails_ms - *limit.completes_ms > grid.step_ms) {
    const int steps = (*limit.fails_ms - *limit.completes_ms) / grid.step_ms;
    const int middle_ms = *limit.completes_ms + steps / 2 * grid.step_ms;
    PITLANE_TRY(const bool completed, completes(middle_ms));
    (completed ? limit.completes_ms : limit.fails_ms) = middle_ms;
  }
  return limit;
}

}  // namespace pitlane
