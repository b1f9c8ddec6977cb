#include "pitlane/measure/latency.h"

#include <gtest/gtest.h>

#include <numeric>

namespace pitlane {
namespace {

TEST(Summarize, PercentilesAreOrderStatistics) {
  std::vector<double> samples(1000);
  std::iota(samples.rbegin(), samples.rend(), 0);  // 0..999, descending
  const LatencySummary s = summarize(samples);
  EXPECT_EQ(s.min, 0);
  EXPECT_EQ(s.p50, 500);
  EXPECT_EQ(s.p90, 900);
  EXPECT_EQ(s.p99, 990);
  EXPECT_DOUBLE_EQ(s.mean, 499.5);
  EXPECT_NEAR(s.p50_low, 469, 1);
  EXPECT_NEAR(s.p50_high, 531, 1);
  EXPECT_EQ(s.runs, 1000);
}

// Ten equal calls a burst tell no more than one: the interval is that of a tenth of the samples.
TEST(Summarize, CallsOfABurstAreOneObservation) {
  std::vector<double> samples;
  for (int burst = 0; burst < 100; ++burst) samples.insert(samples.end(), 10, burst * 37 % 100);
  const LatencySummary s = summarize(samples, 10);
  EXPECT_EQ(s.p50, 50);
  EXPECT_NEAR(s.p50_low, 40, 1);
  EXPECT_NEAR(s.p50_high, 60, 1);
  EXPECT_NEAR(summarize(samples, 1).p50_low, 46.9, 1) << "taken for independent, it looks three times as precise";
  EXPECT_EQ(s.runs, 1000);
}

TEST(Summarize, OneSampleIsItsOwnEverything) {
  const LatencySummary s = summarize({3});
  EXPECT_EQ(s.p50, 3);
  EXPECT_EQ(s.p99, 3);
  EXPECT_EQ(s.p50_low, 3);
}

TEST(TimeInterleaved, TellsALongCandidateFromAShortOne) {
  volatile double sink = 0;
  const auto work = [&](int n) {
    double x = 1;
    for (int i = 0; i < n; ++i) x = x * 1.0000001 + 1e-9;
    sink = x;
  };
  LatencyOptions options;
  options.warm_up_s = 0.01;
  options.budget_s = 0.1;
  const auto samples = time_interleaved({[&] { work(2000); }, [&] { work(40000); }}, options);
  ASSERT_EQ(samples.size(), 2U);
  EXPECT_GE(samples[0].size(), 100U);
  EXPECT_EQ(samples[0].size(), samples[1].size());
  EXPECT_GT(summarize(samples[1]).p50, 5 * summarize(samples[0]).p50);
}

TEST(TimeInterleaved, StopsWhenAsked) {
  LatencyOptions options;
  options.warm_up_s = 0;
  options.budget_s = 3600;
  options.precision = 0;  // never reached
  int rounds = 0;
  const auto samples = time_interleaved({[] {}}, options, [&] { return ++rounds < 3; });
  EXPECT_EQ(rounds, 3);
  EXPECT_LT(samples.at(0).size(), 100U);
}

}  // namespace
}  // namespace pitlane
