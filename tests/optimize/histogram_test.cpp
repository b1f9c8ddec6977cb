#include "pitlane/optimize/histogram.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "pitlane/core/random.h"

namespace pitlane {
namespace {

std::vector<float> bell(std::size_t count, double spread) {
  Random random(7);
  std::vector<float> values(count);
  for (float& v : values) v = static_cast<float>(spread * random.normal());
  return values;
}

ActivationRange range_of(const std::vector<float>& values) {
  ActivationRange range;
  for (const float v : values) range.include(v);
  return range;
}

// Straight from the values, one by one.
double error_of(const std::vector<float>& values, ActivationRange range) {
  const ActivationQuantization q = quantization_of(range);
  double sum = 0;
  for (const float v : values) {
    const double level = std::clamp(std::nearbyint(v / q.scale) + q.zero_point, 0.0F, 255.0F);
    sum += std::pow(v - q.scale * (level - q.zero_point), 2);
  }
  return sum;
}

TEST(Histogram, PercentileOfOneIsTheWholeRange) {
  const std::vector<float> values = bell(5000, 2);
  const ActivationRange range = range_of(values);
  Histogram histogram(range);
  histogram.add(values);
  EXPECT_NEAR(histogram.percentile_range(1).low, range.low, 1e-4);
  EXPECT_NEAR(histogram.percentile_range(1).high, range.high, 1e-4);
}

TEST(Histogram, PercentileAgreesWithSortedValues) {
  std::vector<float> values = bell(20000, 1);
  const ActivationRange range = range_of(values);
  Histogram histogram(range);
  histogram.add(values);
  std::ranges::sort(values);
  const ActivationRange kept = histogram.percentile_range(0.99);
  const double bin = (range.high - range.low) / 4096.0;
  EXPECT_NEAR(kept.low, values[200], 2 * bin);
  EXPECT_NEAR(kept.high, values[values.size() - 201], 2 * bin);
}

TEST(Histogram, SmallestErrorRangeBeatsOrEqualsEveryOther) {
  std::vector<float> values = bell(4000, 1);
  for (int i = 0; i < 3; ++i) values.push_back(40);  // outliers that waste levels
  for (float& v : values) v = std::max(v, 0.0F);     // behind a ReLU
  const ActivationRange range = range_of(values);
  Histogram histogram(range);
  histogram.add(values);
  const ActivationRange best = histogram.smallest_error_range(range);
  EXPECT_LE(best.high, range.high);
  for (int i = 20; i <= 100; i += 5) {
    const ActivationRange other{0, range.high * static_cast<float>(i) / 100};
    EXPECT_LE(error_of(values, best), 1.02 * error_of(values, other)) << i;
  }
}

TEST(Quantization, ZeroIsAWholeLevel) {
  for (const ActivationRange range : {ActivationRange{-1, 2}, ActivationRange{0, 6}, ActivationRange{-3.3F, 0}}) {
    const ActivationQuantization q = quantization_of(range);
    EXPECT_GE(q.zero_point, 0);
    EXPECT_LE(q.zero_point, 255);
    EXPECT_NEAR(q.scale * 255, range.high - range.low, 1e-5);
    EXPECT_NEAR(q.scale * static_cast<float>(-q.zero_point), range.low, q.scale / 2 + 1e-6);
  }
}

TEST(Quantization, NoRangeIsHarmless) {
  EXPECT_EQ(quantization_of({0, 0}).scale, 1);
  EXPECT_EQ(quantization_of({0, 0}).zero_point, 0);
}

}  // namespace
}  // namespace pitlane
