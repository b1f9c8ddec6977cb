#include "pitlane/roofline/roofline.h"

#include <algorithm>
#include <chrono>
#include <cmath>

#include "pitlane/roofline/cache_evictor.h"
#include "pitlane/roofline/large_buffer.h"
#include "pitlane/roofline/loop_table.h"

namespace pitlane {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::int64_t kSmallestBytes = std::int64_t{16} << 10;
constexpr double kChunkS = 2e-4;  // short enough to fit between two interruptions, long beside the clock's resolution

double seconds_since(Clock::time_point start) { return std::chrono::duration<double>(Clock::now() - start).count(); }

/// Seconds that one of `work`'s repetitions takes at best; work(n) does n of them.
template <typename Work>
double best_seconds(const Work& work, double budget_s) {
  std::int64_t repetitions = 1;
  double chunk_s = 0;
  for (;; repetitions *= 2) {
    const auto start = Clock::now();
    work(repetitions);
    chunk_s = seconds_since(start);
    if (chunk_s >= kChunkS) break;
  }
  for (const auto begun = Clock::now(); seconds_since(begun) < budget_s;) {
    const auto start = Clock::now();
    work(repetitions);
    chunk_s = std::min(chunk_s, seconds_since(start));
  }
  return chunk_s / static_cast<double>(repetitions);
}

std::vector<ArithmeticPeak> measure_peaks(double seconds_per_peak) {
  alignas(64) unsigned char sink[64];
  std::vector<ArithmeticPeak> peaks;
  for (const ArithmeticLoop& loop : arithmetic_loops(detect_extensions())) {
    const double s = best_seconds([&](std::int64_t n) { loop.run(n * 16, sink); }, seconds_per_peak) / 16;
    peaks.push_back({loop.type, loop.instructions, static_cast<double>(loop.macs_per_round) / s});
  }
  return peaks;
}

std::vector<ReadBandwidth> measure_warm(const void* data, const RooflineOptions& options) {
  alignas(64) unsigned char sink[64];
  const ReadLoop& loop = best_read_loop();
  std::vector<ReadBandwidth> measured;
  for (std::int64_t bytes = kSmallestBytes; bytes <= options.largest_bytes; bytes *= 2) {
    const auto work = [&](std::int64_t n) {
      for (std::int64_t i = 0; i < n; ++i) loop.run(data, bytes, sink);
    };
    work(1);
    measured.push_back({bytes, static_cast<double>(bytes) / best_seconds(work, options.seconds_per_size)});
  }
  return measured;
}

std::vector<ReadBandwidth> measure_evicted(const void* data, const RooflineOptions& options) {
  constexpr int kRepetitions = 5;
  alignas(64) unsigned char sink[64];
  CacheEvictor evictor;
  std::vector<ReadBandwidth> measured;
  if (evictor.bytes() == 0) return measured;
  const std::int64_t largest = std::min(options.largest_bytes, std::int64_t{64} << 20);
  for (std::int64_t bytes = 16 * kSmallestBytes; bytes <= largest; bytes *= 4) {
    double best_s = 0;
    for (int i = 0; i < kRepetitions; ++i) {
      evictor.evict();
      const auto start = Clock::now();
      best_read_loop().run(data, bytes, sink);
      const double s = seconds_since(start);
      best_s = i == 0 ? s : std::min(best_s, s);
    }
    measured.push_back({bytes, static_cast<double>(bytes) / best_s});
  }
  return measured;
}

}  // namespace

Roofline measure_roofline(const RooflineOptions& options) {
  Roofline roofline;
  roofline.peaks = measure_peaks(options.seconds_per_peak);
  void* data = new_large_buffer(options.largest_bytes);
  if (data == nullptr) return roofline;
  roofline.warm = measure_warm(data, options);
  if (options.evicted) roofline.evicted = measure_evicted(data, options);
  delete_large_buffer(data, options.largest_bytes);
  return roofline;
}

double peak_macs_per_s(const Roofline& roofline, const std::string& type) {
  double best = 0;
  for (const ArithmeticPeak& peak : roofline.peaks)
    if (peak.type == type) best = std::max(best, peak.macs_per_s);
  return best;
}

double read_bytes_per_s(const std::vector<ReadBandwidth>& measured, std::int64_t bytes) {
  if (measured.empty()) return 0;
  if (bytes <= measured.front().bytes) return measured.front().bytes_per_s;
  for (std::size_t i = 1; i < measured.size(); ++i) {
    const ReadBandwidth& low = measured[i - 1];
    const ReadBandwidth& high = measured[i];
    if (bytes > high.bytes) continue;
    const double part = std::log(static_cast<double>(bytes) / static_cast<double>(low.bytes)) /
                        std::log(static_cast<double>(high.bytes) / static_cast<double>(low.bytes));
    return low.bytes_per_s + part * (high.bytes_per_s - low.bytes_per_s);
  }
  return measured.back().bytes_per_s;
}

}  // namespace pitlane
