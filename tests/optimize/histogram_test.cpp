#include "pitlane/optimize/histogram.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <map>

#include "pitlane/core/random.h"

namespace pitlane {
namespace {

std::vector<float> draw(int count, const std::function<double(Random&)>& next) {
  Random random(3);
  std::vector<float> values;
  for (int i = 0; i < count; ++i) values.push_back(static_cast<float>(next(random)));
  return values;
}

double relu_normal(Random& random) { return std::max(0.0, random.normal()); }
double two_sided(Random& random) { return random.normal() * (random.chance(0.5) ? 1 : 0.2) + 0.3; }
/// Normal, but one in ten thousand is fifty times as large.
double with_outliers(Random& random) { return random.normal() * (random.chance(1e-4) ? 50 : 1); }
double uniform(Random& random) { return random.uniform(0, 3); }

ActivationRange range_of(const std::vector<float>& values) {
  ActivationRange range;
  for (const float v : values) range.include(v);
  return range;
}

Histogram histogram_of(const std::vector<float>& values) {
  Histogram histogram(range_of(values));
  histogram.add(values);
  return histogram;
}

/// Mean |error|^power of the values themselves, by the definition.
double error_of(const std::vector<float>& values, ActivationRange range, int power) {
  const ActivationQuantization q = quantization_of(range);
  double sum = 0;
  for (const float x : values) {
    const double level = std::clamp(std::round(static_cast<double>(x) / q.scale) + q.zero_point, 0.0, 255.0);
    sum += std::pow(std::abs(x - q.scale * (level - q.zero_point)), power);
  }
  return sum / static_cast<double>(values.size());
}

/// Tries every candidate of one end, then of the other.
ActivationRange best_slowly(const std::vector<float>& values, const ActivationRange& limit, int power) {
  ActivationRange best = limit;
  for (const bool high : {true, false}) {
    const ActivationRange start = best;
    for (int percent = 99; percent >= 20; --percent) {
      ActivationRange candidate = start;
      (high ? candidate.high : candidate.low) *= static_cast<float>(percent) / 100;
      if (error_of(values, candidate, power) < error_of(values, best, power)) best = candidate;
    }
  }
  return best;
}

struct Kind {
  const char* name;
  double (*next)(Random&);
};

class Distribution : public ::testing::TestWithParam<Kind> {};

TEST_P(Distribution, SmallestErrorRangeIsThatOfTheSlowSearch) {
  const std::vector<float> values = draw(20000, GetParam().next);
  const ActivationRange limit = range_of(values);
  for (const int power : {2, 3}) {
    const ActivationRange found = histogram_of(values).smallest_error_range(limit, power);
    EXPECT_GE(found.low, limit.low);
    EXPECT_LE(found.high, limit.high);
    EXPECT_LE(error_of(values, found, power), 1.01 * error_of(values, best_slowly(values, limit, power), power));
  }
}

/// Kullback-Leibler divergence of what 256 levels tell from what the values are that are not zero, from tables by bin
/// and by level.
double divergence_slowly(std::vector<float> values, ActivationRange all, ActivationRange range) {
  std::erase(values, 0.0F);
  const double width = (static_cast<double>(all.high) - all.low) / 4096;
  const auto middle = [&](int bin) { return all.low + (bin + 0.5) * width; };
  const ActivationQuantization q = quantization_of(range);
  const auto level = [&](int bin) {
    return std::clamp(std::nearbyint(middle(bin) / q.scale) + q.zero_point, 0.0, 255.0);
  };
  std::map<int, double> unclipped, clipped;  // by bin
  int first = 0, last = 4095;
  while (middle(first) < range.low) ++first;
  while (middle(last) > range.high) --last;
  for (const float v : values) {
    const int bin = std::clamp(static_cast<int>((v - all.low) / width), 0, 4095);
    if (bin >= first && bin <= last) ++unclipped[bin];
    ++clipped[std::clamp(bin, first, last)];
  }
  std::map<double, double> mass, bins;  // by level
  double inside = 0;
  for (const auto& [bin, n] : unclipped) mass[level(bin)] += n, inside += n;
  for (const auto& [bin, n] : clipped) ++bins[level(bin)];
  double sum = 0;
  for (const auto& [bin, n] : clipped) {
    const double p = n / static_cast<double>(values.size());
    const double told = mass[level(bin)] / bins[level(bin)] / inside;
    sum += told > 0 ? p * std::log(p / told) : std::numeric_limits<double>::infinity();
  }
  return sum;
}

TEST_P(Distribution, SmallestDivergenceRangeIsThatOfTheSlowSearch) {
  const std::vector<float> values = draw(20000, GetParam().next);
  const ActivationRange limit = range_of(values);
  const Histogram histogram = histogram_of(values);
  double smallest = std::numeric_limits<double>::infinity();
  for (int percent = 20; percent <= 100; ++percent) {
    const float part = static_cast<float>(percent) / 100;
    const ActivationRange candidate{limit.low * part, limit.high * part};
    const double slow = divergence_slowly(values, limit, candidate);
    if (std::isfinite(slow)) {
      EXPECT_NEAR(histogram.divergence(candidate), slow, 1e-3 + 1e-3 * slow) << percent;
    }
    smallest = std::min(smallest, slow);
  }
  const ActivationRange found = histogram.smallest_divergence_range(limit);
  EXPECT_LE(divergence_slowly(values, limit, found), smallest + 1e-3 + 1e-3 * smallest);
  EXPECT_GE(found.low, limit.low);
  EXPECT_LE(found.high, limit.high);
}

TEST_P(Distribution, PercentileRangeIsThatOfTheSortedValues) {
  std::vector<float> values = draw(20000, GetParam().next);
  const Histogram histogram = histogram_of(values);
  const ActivationRange all = range_of(values);
  EXPECT_FLOAT_EQ(histogram.percentile_range(1).high, all.high);
  EXPECT_FLOAT_EQ(histogram.percentile_range(1).low, all.low);
  std::ranges::sort(values);
  const float bin = (all.high - all.low) / 4096;
  const ActivationRange most = histogram.percentile_range(0.99);
  EXPECT_NEAR(most.high, std::max(0.0F, values[19800]), 2 * bin);
  EXPECT_NEAR(most.low, std::min(0.0F, values[200]), 2 * bin);
}

INSTANTIATE_TEST_SUITE_P(Kinds, Distribution,
                         ::testing::Values(Kind{"ReluNormal", relu_normal}, Kind{"TwoSided", two_sided},
                                           Kind{"WithOutliers", with_outliers}, Kind{"Uniform", uniform}),
                         [](const auto& param_info) { return param_info.param.name; });

TEST(Histogram, ClipsOutliersButNotAUniformRange) {
  const std::vector<float> wild = draw(50000, with_outliers), even = draw(50000, uniform);
  EXPECT_LT(histogram_of(wild).smallest_error_range(range_of(wild), 3).high, 0.99F * range_of(wild).high);
  EXPECT_GE(histogram_of(even).smallest_error_range(range_of(even), 3).high, 0.99F * range_of(even).high);
}

TEST(Histogram, ZerosDrawNoRangeIn) {
  const std::vector<float> values = draw(50000, relu_normal);
  std::vector<float> positive = values;
  std::erase(positive, 0.0F);
  const ActivationRange limit = range_of(values);
  EXPECT_EQ(histogram_of(values).smallest_divergence_range(limit).high,
            histogram_of(positive).smallest_divergence_range(limit).high);
}

TEST(Histogram, ARangeNarrowerThanABinTellsNothing) {
  EXPECT_EQ(histogram_of({0, 1}).divergence({0, 1e-5F}), std::numeric_limits<double>::infinity());
}

TEST(Histogram, CountsWhatLiesOutsideAtTheEnds) {
  Histogram histogram({-1, 1});
  histogram.add(std::vector<float>{-9, 9, 0});
  EXPECT_EQ(histogram.percentile_range(1).low, -1);
  EXPECT_EQ(histogram.percentile_range(1).high, 1);
}

TEST(Histogram, ExtremeRangesDoNotOverflow) {
  const float huge = 3e38F, small = 1e-44F;
  for (const float end : {huge, small}) {
    Histogram histogram({-end, end});
    histogram.add(std::vector<float>{-end, 0, end});
    const ActivationRange range = histogram.percentile_range(1);
    EXPECT_NEAR(range.low / end, -1, 1e-5);
    EXPECT_NEAR(range.high / end, 1, 1e-5);
    (void)histogram.smallest_error_range(range, 3);
    (void)histogram.smallest_divergence_range(range);
  }
  EXPECT_NEAR(quantization_of({-huge, huge}).scale, 6e38 / 255, 1e32);
}

TEST(Quantization, ZeroIsAWholeLevelAndTheEndsAreReached) {
  Random random(8);
  for (int i = 0; i < 1000; ++i) {
    const ActivationRange range{static_cast<float>(-random.uniform(0, 5)), static_cast<float>(random.uniform(0, 5))};
    const ActivationQuantization q = quantization_of(range);
    ASSERT_GE(q.zero_point, 0);
    ASSERT_LE(q.zero_point, 255);
    EXPECT_NEAR(q.scale * static_cast<float>(0 - q.zero_point), range.low, 0.501 * q.scale);
    EXPECT_NEAR(q.scale * static_cast<float>(255 - q.zero_point), range.high, 0.501 * q.scale);
  }
}

TEST(Quantization, ARangeWithoutLevelsGetsScaleOne) {
  for (const ActivationRange range : {ActivationRange{0, 0}, {0, 1e-44F}, {-1e-38F, 0}}) {
    EXPECT_FALSE(has_levels(range));
    EXPECT_EQ(quantization_of(range), (ActivationQuantization{1, 0}));
  }
  EXPECT_TRUE(has_levels({0, 255})) << "scale 1 by itself";
  EXPECT_EQ(quantization_of({-3, 0}).zero_point, 255);
}

}  // namespace
}  // namespace pitlane
