#include "pitlane/robot/latency_histogram.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

namespace pitlane::robot {
namespace {

constexpr double kSmallest_s = 1e-6, kStep = 1.02;

}  // namespace

void LatencyHistogram::add(double seconds) noexcept {
  const double steps = std::ceil(std::log(std::max(seconds, kSmallest_s) / kSmallest_s) / std::log(kStep));
  ++buckets_[static_cast<std::size_t>(std::clamp(steps, 0.0, static_cast<double>(kBuckets - 1)))];
  ++count_;
  largest_s_ = std::max(largest_s_, seconds);
}

double LatencyHistogram::quantile_s(double share) const noexcept {
  if (count_ == 0) return 0;
  const auto rank = static_cast<std::uint64_t>(std::ceil(share * static_cast<double>(count_)));
  std::uint64_t seen = 0;
  for (std::size_t i = 0; i < kBuckets; ++i) {
    seen += buckets_[i];
    if (seen >= std::max<std::uint64_t>(rank, 1))
      return std::min(kSmallest_s * std::pow(kStep, static_cast<double>(i)), largest_s_);
  }
  return largest_s_;
}

std::string LatencyHistogram::summary() const {
  char text[128];
  std::snprintf(text, sizeof text, "p50 %.3g ms, p99 %.3g ms, largest %.3g ms", quantile_s(0.5) * 1e3,
                quantile_s(0.99) * 1e3, largest_s() * 1e3);
  return text;
}

}  // namespace pitlane::robot
