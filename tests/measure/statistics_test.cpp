#include "pitlane/measure/statistics.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <vector>

#include "pitlane/core/random.h"

namespace pitlane {
namespace {

std::vector<double> normal_values(std::size_t count, double mean, double deviation, std::uint64_t seed) {
  Random random(seed);
  std::vector<double> values(count);
  for (double& value : values) value = mean + deviation * random.normal();
  return values;
}

TEST(MeanEstimate, OfNothingOrOneOrEqualValues) {
  EXPECT_EQ(estimate_mean({}).values, 0);
  for (const std::vector<double>& values : {std::vector<double>{0.5}, std::vector<double>{0.5, 0.5, 0.5}}) {
    const MeanEstimate e = estimate_mean(values);
    EXPECT_EQ(e.mean, 0.5);
    EXPECT_EQ(e.interval.low, 0.5);
    EXPECT_EQ(e.interval.high, 0.5);
    EXPECT_EQ(e.values, static_cast<int>(values.size()));
  }
}

// The mean of n values that are 0 or 1 is binomial: of 10 with share 1/2, P(at most 1) = 0.011 and P(at most 2) =
// 0.055, so the 2.5 % tail ends at 2; the other side is its mirror image.
TEST(MeanEstimate, OfABinomialShareIsItsQuantiles) {
  const std::vector<double> half = {1, 0, 1, 0, 1, 0, 1, 0, 1, 0};
  const MeanEstimate e = estimate_mean(half);
  EXPECT_DOUBLE_EQ(e.mean, 0.5);
  EXPECT_DOUBLE_EQ(e.interval.low, 0.2);
  EXPECT_DOUBLE_EQ(e.interval.high, 0.8);
}

// For many values the bootstrap comes to the normal interval: 1.96 standard errors (with 1/n) to each side.
TEST(MeanEstimate, OfManyValuesIsTheNormalInterval) {
  const std::vector<double> values = normal_values(400, 3, 2, 7);
  double squares = 0;
  const MeanEstimate e = estimate_mean(values);
  for (const double value : values) squares += (value - e.mean) * (value - e.mean);
  const double standard_error = std::sqrt(squares / 400 / 400);
  EXPECT_NEAR(e.interval.low, e.mean - 1.96 * standard_error, 0.05 * standard_error);
  EXPECT_NEAR(e.interval.high, e.mean + 1.96 * standard_error, 0.05 * standard_error);
}

TEST(MeanEstimate, CoversTheTruthAboutAsOftenAsItSays) {
  int covered = 0;
  constexpr int kTries = 200;
  for (int i = 0; i < kTries; ++i) {
    const MeanEstimate e = estimate_mean(normal_values(50, 1, 1, 100 + static_cast<std::uint64_t>(i)));
    if (e.interval.low <= 1 && 1 <= e.interval.high) ++covered;
  }
  EXPECT_GE(covered, 180);  // of 95 % with few values, 2.5 standard deviations
  EXPECT_LE(covered, 199);
}

TEST(MeanEstimate, SameSeedSameBits) {
  const std::vector<double> values = normal_values(20, 0, 1, 3);
  const MeanEstimate a = estimate_mean(values, 5), b = estimate_mean(values, 5), c = estimate_mean(values, 6);
  EXPECT_EQ(a.interval.low, b.interval.low);
  EXPECT_EQ(a.interval.high, b.interval.high);
  EXPECT_NE(a.interval.low, c.interval.low);
}

// All of one sign: only the flip seen and its mirror image are as far from 0.
TEST(SignFlip, AllOfOneSignHasTwoOfAllFlips) {
  for (int n = 1; n <= kMostExactPairs; ++n)
    EXPECT_DOUBLE_EQ(sign_flip_p_value(std::vector<double>(static_cast<std::size_t>(n), 0.1)), std::pow(2, 1 - n)) << n;
}

// By hand: the 8 sums of +-1 +-2 +-3 are 6, 4, 2, 0, 0, -2, -4 and -6.
TEST(SignFlip, SmallCasesByHand) {
  EXPECT_DOUBLE_EQ(sign_flip_p_value(std::vector<double>{1, 2, -3}), 1);
  EXPECT_DOUBLE_EQ(sign_flip_p_value(std::vector<double>{-1, 2, 3}), 0.5);
  EXPECT_DOUBLE_EQ(sign_flip_p_value(std::vector<double>{1, 2, 3}), 0.25);
  EXPECT_DOUBLE_EQ(sign_flip_p_value(std::vector<double>{-1, -2, -3}), 0.25);
}

TEST(SignFlip, PairsThatAreEqualChangeNothing) {
  EXPECT_EQ(sign_flip_p_value({}), 1);
  EXPECT_EQ(sign_flip_p_value(std::vector<double>{0, 0, 0}), 1);
  EXPECT_EQ(sign_flip_p_value(std::vector<double>{1, 0, 2, 0, 3}), sign_flip_p_value(std::vector<double>{1, 2, 3}));
}

// The slow way, sums of all combinations one by one.
TEST(SignFlip, AgreesWithCountingThemAll) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    const std::vector<double> d = normal_values(9, 0.4, 1, seed);
    double seen = 0;
    for (const double x : d) seen += x;
    int as_far = 0;
    for (unsigned flip = 0; flip < 512; ++flip) {
      double sum = 0;
      for (std::size_t i = 0; i < d.size(); ++i) sum += (flip >> i & 1U) != 0 ? -d[i] : d[i];
      if (std::abs(sum) >= std::abs(seen) - 1e-12) ++as_far;
    }
    EXPECT_DOUBLE_EQ(sign_flip_p_value(d), as_far / 512.0) << seed;
  }
}

// Differences of one size: the number of signs is binomial. Of 30 pairs 21 or more on one side: p = 0.0428 two-sided.
TEST(SignFlip, ManyPairsComeCloseToTheBinomialTest) {
  std::vector<double> d(30, 1);
  for (std::size_t i = 0; i < 9; ++i) d[i] = -1;
  EXPECT_NEAR(sign_flip_p_value(d), 0.0428, 0.003);
  EXPECT_EQ(sign_flip_p_value(d, 4), sign_flip_p_value(d, 4));
  EXPECT_NEAR(sign_flip_p_value(std::vector<double>(40, 1)), 1.0 / (kMonteCarloFlips + 1), 1e-12)
      << "never 0: the flip that was seen is one of them";
}

}  // namespace
}  // namespace pitlane
