#include "pitlane/measure/latency.h"

#include <sched.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstring>
#include <numeric>

#include "pitlane/measure/percentile.h"

namespace pitlane {
namespace {

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point start) { return std::chrono::duration<double>(Clock::now() - start).count(); }

double time_ms(const std::function<void()>& candidate) {
  const auto start = Clock::now();
  candidate();
  return seconds_since(start) * 1e3;
}

std::vector<double> sorted_burst_medians(const std::vector<double>& samples, std::size_t burst) {
  std::vector<double> medians;
  for (std::size_t begin = 0; begin < samples.size(); begin += burst) {
    const auto first = samples.begin() + static_cast<std::ptrdiff_t>(begin);
    std::vector<double> one(first, first + static_cast<std::ptrdiff_t>(std::min(burst, samples.size() - begin)));
    std::sort(one.begin(), one.end());
    medians.push_back(percentile(one, 0.5));
  }
  std::sort(medians.begin(), medians.end());
  return medians;
}

bool precise_enough(const std::vector<double>& samples_ms, double precision) {
  const LatencySummary summary = summarize(samples_ms, kTimingBurst);
  return summary.p50_high - summary.p50_low <= 2 * precision * summary.p50;
}

}  // namespace

LatencySummary summarize(std::vector<double> samples_ms, std::size_t burst) {
  PITLANE_CHECK(!samples_ms.empty() && burst > 0);
  const std::vector<double> medians = sorted_burst_medians(samples_ms, burst);
  std::sort(samples_ms.begin(), samples_ms.end());
  LatencySummary s;
  s.runs = static_cast<std::int64_t>(samples_ms.size());
  s.min = samples_ms.front();
  s.p50 = percentile(samples_ms, 0.5);
  s.p90 = percentile(samples_ms, 0.9);
  s.p99 = percentile(samples_ms, 0.99);
  s.mean = std::accumulate(samples_ms.begin(), samples_ms.end(), 0.0) / static_cast<double>(s.runs);
  // Ranks n/2 -+ 0.98 sqrt(n) hold the median with 95 % (binomial, normal approximation).
  const auto n = static_cast<double>(medians.size());
  const double half_width = 0.98 * std::sqrt(n);
  const auto rank = [&](double r) { return medians[static_cast<std::size_t>(std::clamp(r, 0.0, n - 1))]; };
  s.p50_low = std::min(s.p50, rank(std::floor(n / 2 - half_width)));
  s.p50_high = std::max(s.p50, rank(std::ceil(n / 2 + half_width)));
  return s;
}

std::vector<std::vector<double>> time_interleaved(const std::vector<std::function<void()>>& candidates,
                                                  const LatencyOptions& options, const std::function<bool()>& go_on) {
  // Bursts, not single calls: each candidate runs with its own weights in the cache, as on the robot.
  constexpr int kCheckEvery = 16;  // rounds; sorting is not free
  const PinnedThread pinned;
  for (const auto& candidate : candidates) {
    const auto start = Clock::now();
    do candidate();
    while (seconds_since(start) < options.warm_up_s);
  }
  std::vector<std::vector<double>> samples(candidates.size());
  const auto start = Clock::now();
  for (int round = 1;; ++round) {
    for (std::size_t c = 0; c < candidates.size(); ++c) {
      candidates[c]();  // brings the weights back after the other candidates; not counted
      for (std::size_t i = 0; i < kTimingBurst; ++i) samples[c].push_back(time_ms(candidates[c]));
    }
    if (go_on && !go_on()) break;
    const auto runs = static_cast<std::int64_t>(samples[0].size());
    if (runs < options.min_runs) continue;
    if (seconds_since(start) >= options.budget_s * static_cast<double>(candidates.size())) break;
    if (runs < options.runs_for_percentiles || round % kCheckEvery != 0) continue;
    if (std::all_of(samples.begin(), samples.end(),
                    [&](const auto& s) { return precise_enough(s, options.precision); }))
      break;
  }
  return samples;
}

PinnedThread::PinnedThread() : saved_mask_(sizeof(cpu_set_t)) {
  cpu_set_t saved;
  const int core = ::sched_getcpu();
  if (core < 0 || ::sched_getaffinity(0, sizeof saved, &saved) != 0) {
    saved_mask_.clear();
    return;
  }
  std::memcpy(saved_mask_.data(), &saved, sizeof saved);
  cpu_set_t one;
  CPU_ZERO(&one);
  CPU_SET(core, &one);
  ::sched_setaffinity(0, sizeof one, &one);
}

PinnedThread::~PinnedThread() {
  if (saved_mask_.empty()) return;
  cpu_set_t saved;
  std::memcpy(&saved, saved_mask_.data(), sizeof saved);
  ::sched_setaffinity(0, sizeof saved, &saved);
}

}  // namespace pitlane
