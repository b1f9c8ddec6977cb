#include "pitlane/train/adam.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "pitlane/core/result.h"
#include "pitlane/train/parts.h"

namespace pitlane {
namespace {

constexpr double kBeta1 = 0.9, kBeta2 = 0.999, kEpsilon = 1e-8;

struct Coefficients {
  float rate, root_correction;
};

Coefficients coefficients(const AdamStep& step) {
  const auto t = static_cast<double>(step.step);
  return {static_cast<float>(step.learning_rate / (1 - std::pow(kBeta1, t))),
          static_cast<float>(std::sqrt(1 - std::pow(kBeta2, t)))};
}

template <bool kMasked>
void update_range(float* __restrict values, const float* __restrict gradient, float* __restrict first,
                  float* __restrict second, const std::uint8_t* __restrict keep, Coefficients c, std::size_t begin,
                  std::size_t end) {
  constexpr auto b1 = static_cast<float>(kBeta1), b2 = static_cast<float>(kBeta2);
  constexpr auto epsilon = static_cast<float>(kEpsilon);
  for (std::size_t i = begin; i < end; ++i) {
    const float g = !kMasked || keep[i] != 0 ? gradient[i] : 0.F;
    first[i] = b1 * first[i] + (1 - b1) * g;
    second[i] = b2 * second[i] + (1 - b2) * g * g;
    values[i] -= c.rate * first[i] / (std::sqrt(second[i]) / c.root_correction + epsilon);
  }
}

}  // namespace

void adam_update(std::span<float> values, std::span<const float> gradient, AdamMoments& moments,
                 std::span<const std::uint8_t> keep, const AdamStep& step, int threads) {
  const std::size_t n = values.size();
  PITLANE_CHECK(gradient.size() == n && (keep.empty() || keep.size() == n));
  moments.first.resize(n);
  moments.second.resize(n);
  const Coefficients c = coefficients(step);
  const auto run = keep.empty() ? update_range<false> : update_range<true>;
  in_parts(n, kElementsPerThread, threads, [&](std::size_t begin, std::size_t end) {
    run(values.data(), gradient.data(), moments.first.data(), moments.second.data(), keep.data(), c, begin, end);
  });
}

double cosine_rate(double base, std::int64_t step, std::int64_t total) {
  const double progress = static_cast<double>(step) / static_cast<double>(std::max<std::int64_t>(1, total));
  return base * 0.5 * (1 + std::cos(std::numbers::pi * std::min(1.0, progress)));
}

}  // namespace pitlane
