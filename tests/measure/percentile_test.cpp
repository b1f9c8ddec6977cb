#include "pitlane/measure/percentile.h"

#include <gtest/gtest.h>

#include <numeric>
#include <vector>

namespace pitlane {
namespace {

TEST(Percentile, IsTheElementAtItsShareOfTheCountRoundedDown) {
  std::vector<double> sorted(40);
  std::iota(sorted.begin(), sorted.end(), 0);
  EXPECT_EQ(percentile(sorted, 0), 0);
  EXPECT_EQ(percentile(sorted, 0.5), 20);
  EXPECT_EQ(percentile(sorted, 0.99), 39);  // 39.6
  EXPECT_EQ(percentile(sorted, 0.96), 38);  // 38.4
}

TEST(Percentile, TheWholeIsTheLast) {
  EXPECT_EQ(percentile(std::vector<double>{1, 2, 3}, 1), 3);
  EXPECT_EQ(percentile(std::vector<double>{7}, 0.5), 7);
}

}  // namespace
}  // namespace pitlane
