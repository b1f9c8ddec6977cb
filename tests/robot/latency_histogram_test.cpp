#include "pitlane/robot/latency_histogram.h"

#include <gtest/gtest.h>

namespace pitlane::robot {
namespace {

TEST(LatencyHistogram, QuantilesAreTooHighByTwoPercentAtMost) {
  LatencyHistogram histogram;
  for (int i = 1; i <= 1000; ++i) histogram.add(i * 1e-4);
  EXPECT_EQ(histogram.count(), 1000U);
  for (const double share : {0.01, 0.5, 0.9, 0.99, 1.0}) {
    const double exact = share * 0.1;
    EXPECT_GE(histogram.quantile_s(share), exact * (1 - 1e-9)) << share;
    EXPECT_LE(histogram.quantile_s(share), exact * 1.0201) << share;
  }
  EXPECT_DOUBLE_EQ(histogram.largest_s(), 0.1);
  EXPECT_DOUBLE_EQ(histogram.quantile_s(1), 0.1);
}

TEST(LatencyHistogram, ExtremesStayInside) {
  LatencyHistogram histogram;
  EXPECT_EQ(histogram.quantile_s(0.5), 0);
  histogram.add(0);
  histogram.add(-1);
  histogram.add(1e9);
  EXPECT_EQ(histogram.count(), 3U);
  EXPECT_LE(histogram.quantile_s(0.5), 1e-6);
  EXPECT_GT(histogram.quantile_s(1), 99);
}

TEST(LatencyHistogram, SaysItselfInMilliseconds) {
  LatencyHistogram histogram;
  histogram.add(0.002);
  EXPECT_EQ(histogram.summary(), "p50 2 ms, p99 2 ms, largest 2 ms");
}

}  // namespace
}  // namespace pitlane::robot
