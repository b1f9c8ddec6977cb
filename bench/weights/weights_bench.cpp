// Usage: weights_bench
//
// Bytes of weights a second that come out of decoding, as a .pit file's loader does it, after a check that they are
// those that went in: one tensor of 4 MiB in int8 per kind of network.
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include "pitlane/core/random.h"
#include "pitlane/measure/latency.h"
#include "pitlane/network/weight_encoding.h"

namespace pitlane::bench {
namespace {

constexpr std::size_t kBytes = 4 << 20;

// Bell-shaped as trained weights are; `step` > 1: few values.
std::vector<std::byte> weights(double zeros, int step) {
  Random random(1);
  std::vector<std::byte> bytes(kBytes);
  for (std::byte& b : bytes) {
    if (random.chance(zeros)) continue;
    const long value = std::lround(random.normal() * 25 / step) * step;
    b = static_cast<std::byte>(static_cast<std::int8_t>(std::min(127L, std::max(-127L, value))));
  }
  return bytes;
}

/// By the median.
constexpr double kAim_MB_s = 500;

bool reaches_aim(const char* name, double zeros, int step) {
  const std::vector<std::byte> bytes = weights(zeros, step);
  const EncodedElements encoded = encode_elements(bytes, 1);
  const auto decode = [&] { return decode_elements(encoded.encoding, encoded.bytes, 1, bytes.size()); };
  if (decode().value() != bytes) {
    std::fprintf(stderr, "weights_bench: %s: other bytes came out\n", name);
    std::exit(2);
  }
  LatencyOptions options;
  options.budget_s = 1;
  const auto samples = time_interleaved({[&] {
                                          if (!decode()) std::abort();
                                        }},
                                        options);
  const LatencySummary taken = summarize(samples.front());
  const double speed_MB_s = kBytes / taken.p50 / 1e3;
  std::printf("%-26s %9.2fx smaller %9.0f MB/s (fastest %.0f)%s\n", name,
              static_cast<double>(kBytes) / static_cast<double>(encoded.bytes.size()), speed_MB_s,
              kBytes / taken.min / 1e3, speed_MB_s < kAim_MB_s ? "   below the aim of 500" : "");
  return speed_MB_s >= kAim_MB_s;
}

}  // namespace
}  // namespace pitlane::bench

int main() {
  const pitlane::PinnedThread pinned;
  bool all = pitlane::bench::reaches_aim("half zeros", 0.5, 1);
  all = pitlane::bench::reaches_aim("80 % zeros", 0.8, 1) && all;
  all = pitlane::bench::reaches_aim("16 values", 0, 12) && all;
  all = pitlane::bench::reaches_aim("80 % zeros, 16 values", 0.8, 12) && all;
  return all ? 0 : 1;
}
