// A network run as a control loop runs it: a camera delivers a frame each period, the newest one is taken.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "pitlane/core/result.h"

namespace pitlane {

/// Nanoseconds since some fixed moment; never goes back.
class PeriodicClock {
 public:
  virtual ~PeriodicClock() = default;
  [[nodiscard]] virtual std::int64_t now_ns() = 0;
  /// Returns at `time_ns` or later, at once where that has passed.
  virtual void sleep_until_ns(std::int64_t time_ns) = 0;
};

/// CLOCK_MONOTONIC; sleeps to an absolute time, so that errors do not add up.
class MonotonicClock final : public PeriodicClock {
 public:
  [[nodiscard]] std::int64_t now_ns() override;
  void sleep_until_ns(std::int64_t time_ns) override;
};

/// Milliseconds. Percentiles as in measure/percentile.h; all 0 where nothing was measured.
struct Spread {
  double p50 = 0, p99 = 0, max = 0;
};

/// Definitions in docs/metrics.md.
struct PeriodicResult {
  double period_ms = 0;
  std::int64_t frames = 0;         ///< that became available
  std::int64_t answered = 0;       ///< that the network looked at
  std::int64_t dropped = 0;        ///< that a newer one replaced before the network was free
  std::int64_t missed = 0;         ///< answers later than the next frame
  double achieved_hz = 0;          ///< answers a second
  Spread run_ms;                   ///< from start to answer
  Spread start_jitter_ms;          ///< from a frame's moment to the start of its run
  Spread completion_jitter_ms;     ///< |time between two answers - period|
  Spread frame_age_at_command_ms;  ///< from a frame's moment to its answer
};

/// `frames` of them, `period_ns` apart; the first a period after the call. Where `go_on` says no, the result is of the
/// frames so far. Both counts at least 1.
PeriodicResult run_periodically(const std::function<void()>& network, std::int64_t period_ns, std::int64_t frames,
                                PeriodicClock& clock, const std::function<bool()>& go_on = {});

inline constexpr double kSlowestRate_hz = 0.1, kFastestRate_hz = 1000;
/// "20Hz", "20" (the same) or "50ms" as a period. An error says what is allowed.
Result<std::int64_t> parse_period_ns(const std::string& text);

}  // namespace pitlane
