#include "pitlane/measure/statistics.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstddef>
#include <numeric>
#include <vector>

#include "pitlane/core/random.h"

namespace pitlane {
namespace {

constexpr double kTail = 0.025;     // of a 95 % interval, on each side
constexpr double kRounding = 1e-9;  // sums of the same numbers in another order

double mean_of(std::span<const double> values) {
  return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

double resampled_mean(std::span<const double> values, Random& random) {
  double sum = 0;
  for (std::size_t i = 0; i < values.size(); ++i) sum += values[random.index(values.size())];
  return sum / static_cast<double>(values.size());
}

// In the order of Gray's code each flip of signs differs from the one before by one sign.
double exact_p_value(const std::vector<double>& differences, double least) {
  const std::uint64_t flips = std::uint64_t{1} << differences.size();
  double sum = std::accumulate(differences.begin(), differences.end(), 0.0);
  std::vector<double> signs(differences.size(), 1);
  std::uint64_t as_far = 0;
  for (std::uint64_t i = 1;; ++i) {
    if (std::abs(sum) >= least) ++as_far;
    if (i == flips) break;
    const auto changed = static_cast<std::size_t>(std::countr_zero(i));
    signs[changed] = -signs[changed];
    sum += 2 * signs[changed] * differences[changed];
  }
  return static_cast<double>(as_far) / static_cast<double>(flips);
}

double drawn_p_value(const std::vector<double>& differences, double least, std::uint64_t seed) {
  Random random(seed);
  int as_far = 1;
  for (int flip = 0; flip < kMonteCarloFlips; ++flip) {
    double sum = 0;
    std::uint64_t signs = 0;
    for (std::size_t i = 0; i < differences.size(); ++i) {
      if (i % 64 == 0) signs = random.next();
      sum += (signs >> (i % 64) & 1U) != 0 ? differences[i] : -differences[i];
    }
    if (std::abs(sum) >= least) ++as_far;
  }
  return static_cast<double>(as_far) / (kMonteCarloFlips + 1);
}

}  // namespace

MeanEstimate estimate_mean(std::span<const double> values, std::uint64_t seed) {
  if (values.empty()) return {};
  MeanEstimate out;
  out.values = static_cast<int>(values.size());
  out.mean = mean_of(values);
  Random random(seed);
  std::vector<double> means(kBootstrapResamples);
  for (double& mean : means) mean = resampled_mean(values, random);
  std::sort(means.begin(), means.end());
  const auto outside = static_cast<std::size_t>(kBootstrapResamples * kTail);
  out.interval = {means[outside], means[means.size() - 1 - outside]};
  return out;
}

double sign_flip_p_value(std::span<const double> differences, std::uint64_t seed) {
  std::vector<double> unequal;
  double size = 0;
  for (const double difference : differences) {
    size += std::abs(difference);
    if (difference != 0) unequal.push_back(difference);
  }
  if (unequal.empty()) return 1;
  const double seen = std::abs(std::accumulate(unequal.begin(), unequal.end(), 0.0));
  const double least = seen - kRounding * size;
  if (unequal.size() <= kMostExactPairs) return exact_p_value(unequal, least);
  return drawn_p_value(unequal, least, seed);
}

}  // namespace pitlane
