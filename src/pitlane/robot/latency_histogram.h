// How long frames took, in a fixed amount of memory however many they were.
#pragma once

#include <array>
#include <cstdint>
#include <string>

namespace pitlane::robot {

class LatencyHistogram {
 public:
  /// Below 1 us counts as 1 us, above 100 s as 100 s.
  void add(double seconds) noexcept;
  [[nodiscard]] std::uint64_t count() const { return count_; }
  /// What this share (0..1) of the frames did not exceed; too high by 2 % at most, never above the largest. 0 where
  /// there is nothing.
  [[nodiscard]] double quantile_s(double share) const noexcept;
  [[nodiscard]] double largest_s() const { return largest_s_; }

  /// "p50 0.412 ms, p99 0.901 ms, largest 1.33 ms"
  [[nodiscard]] std::string summary() const;

 private:
  static constexpr std::size_t kBuckets = 932;  // a step of 2 % each: 1.02^931 us is 101 s
  std::array<std::uint64_t, kBuckets> buckets_{};
  std::uint64_t count_ = 0;
  double largest_s_ = 0;
};

}  // namespace pitlane::robot
