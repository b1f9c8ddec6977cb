// Timing by one method everywhere: check first, warm up, one pinned thread, percentiles.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "pitlane/core/result.h"
#include "pitlane/engine/session.h"

namespace pitlane {

/// Milliseconds.
struct LatencySummary {
  double min = 0, p50 = 0, p90 = 0, p99 = 0, mean = 0;
  double p50_low = 0, p50_high = 0;  ///< 95 % confidence interval of the median, see summarize()
  std::int64_t runs = 0;
};

struct LatencyOptions {
  double warm_up_s = 0.1;
  double budget_s = 2;                       ///< stops earlier when the median's interval is within `precision`
  double precision = 0.01;                   ///< relative half width of the median's interval
  std::int64_t min_runs = 100;               ///< over budget too
  std::int64_t runs_for_percentiles = 1000;  ///< however precise the median: ten samples lie beyond p99 then
};

/// Calls in a row of one candidate in time_interleaved().
inline constexpr std::size_t kTimingBurst = 10;

/// `samples_ms` in run order, not empty. Percentiles as in measure/percentile.h. Calls of one burst share what disturbs
/// them, so the median's interval comes from the order statistics of the bursts' medians: `burst` consecutive samples
/// are one observation; 1 = all are independent.
LatencySummary summarize(std::vector<double> samples_ms, std::size_t burst = 1);

/// Times each of `candidates` in turn, round by round, so that a drifting clock touches all alike.
/// Returned in the same order; raw samples in run order. `go_on` is asked after each round; when it says no, the
/// samples are those so far.
std::vector<std::vector<double>> time_interleaved(const std::vector<std::function<void()>>& candidates,
                                                  const LatencyOptions& options,
                                                  const std::function<bool()>& go_on = {});

/// Pins the calling thread to one core for its lifetime, then restores; does nothing where not allowed.
class PinnedThread {
 public:
  PinnedThread();
  ~PinnedThread();
  PinnedThread(const PinnedThread&) = delete;
  PinnedThread& operator=(const PinnedThread&) = delete;

 private:
  std::vector<unsigned char> saved_mask_;
};

}  // namespace pitlane
