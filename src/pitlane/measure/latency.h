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
  double p50_low = 0, p50_high = 0;  ///< 95 % confidence interval of the median (order statistics)
  std::int64_t runs = 0;
};

struct LatencyOptions {
  double warm_up_s = 0.1;
  double budget_s = 2;      ///< stops earlier when the median's interval is within `precision`
  double precision = 0.01;  ///< relative half width of the median's interval
  std::int64_t min_runs = 100;
};

/// `samples_ms` in any order, not empty. Percentile = sorted[floor(n p)] (MLPerf LoadGen).
LatencySummary summarize(std::vector<double> samples_ms);

/// Times each of `candidates` in turn, round by round, so that a drifting clock touches all alike.
/// Returned in the same order; raw samples in run order. `go_on` is asked after each round; when it says no, the
/// samples are those so far.
std::vector<std::vector<double>> time_interleaved(const std::vector<std::function<void()>>& candidates,
                                                  const LatencyOptions& options,
                                                  const std::function<bool()>& go_on = {});

/// A session on given inputs.
Result<LatencySummary> time_session(Session& session, const std::vector<std::vector<std::byte>>& inputs,
                                    const LatencyOptions& options = {});

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
