#include "pitlane/sim/ground_texture.h"

#include <algorithm>
#include <utility>

#include "pitlane/core/random.h"

namespace pitlane {

GroundTexture::GroundTexture(std::uint64_t seed) {
  pairs_.assign(2UL * kStride * kStride, 0);
  for (const Kind kind : {kAsphalt, kGrass}) make(kind, seed);
}

// Grain of 5 cm, and smooth patches of 0.4 m and 1.6 m, in parts that make the variance 1.
void GroundTexture::make(Kind kind, std::uint64_t seed) {
  constexpr int n = kCells;
  std::vector<float> sum(static_cast<std::size_t>(n) * n, 0.F);
  Random random = Random::fork(seed, 0x7E87 + std::uint64_t{kind});
  for (const auto& [cell, weight] : {std::pair{1, 0.8F}, std::pair{8, 0.6F}, std::pair{32, 0.6F}}) {
    const int knots = n / cell;
    std::vector<float> knot(static_cast<std::size_t>(knots) * static_cast<std::size_t>(knots));
    for (float& k : knot) k = static_cast<float>(random.uniform(-1.732, 1.732));
    const auto at = [&](int x, int y) { return knot[static_cast<std::size_t>(y % knots * knots + x % knots)]; };
    for (int y = 0; y < n; ++y) {
      for (int x = 0; x < n; ++x) {
        const float fx = static_cast<float>(x % cell) / static_cast<float>(cell);
        const float fy = static_cast<float>(y % cell) / static_cast<float>(cell);
        const int kx = x / cell, ky = y / cell;
        const float low = at(kx, ky) + fx * (at(kx + 1, ky) - at(kx, ky));
        const float high = at(kx, ky + 1) + fx * (at(kx + 1, ky + 1) - at(kx, ky + 1));
        sum[static_cast<std::size_t>(y * n + x)] += weight * (low + fy * (high - low));
      }
    }
  }
  values_[kind].resize(static_cast<std::size_t>(kStride) * kStride);
  bytes_[kind].resize(static_cast<std::size_t>(kStride) * kStride + kSpareBytes);
  for (int y = 0; y < kStride; ++y) {
    for (int x = 0; x < kStride; ++x) {
      const float value = 32 * sum[static_cast<std::size_t>(y % n * n + x % n)];
      const auto whole = static_cast<std::int8_t>(std::clamp(value, -127.F, 127.F));
      const auto at = static_cast<std::size_t>(y * kStride + x);
      pairs_[2 * at + kind] = whole;
      values_[kind][at] = whole;
      bytes_[kind][at] = whole;
    }
  }
}

}  // namespace pitlane
