#include "pitlane/study/laps_by_latency.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace pitlane {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

LapRow lap(const std::string& latency, bool completed, double mean_m) {
  LapRow row;
  row.latency = latency;
  row.result.completed = completed;
  row.result.deviation.mean = mean_m;
  return row;
}

TEST(LapsByLatency, EachLatencyHasItsOwnLaps) {
  StrategyRow row;
  row.laps = {lap("none", true, 0.1), lap("60ms", true, 0.2), lap("none", true, 0.3), lap("60ms", false, 0.6)};
  const std::vector<LatencyLaps> at = laps_by_latency(row);
  ASSERT_EQ(at.size(), 2U);
  EXPECT_EQ(at[0].latency, "none");
  EXPECT_EQ(at[0].laps, 2);
  EXPECT_EQ(at[0].completed, 2);
  EXPECT_DOUBLE_EQ(at[0].mean_deviation_m, 0.2);
  EXPECT_DOUBLE_EQ(at[0].worst_mean_deviation_m, 0.3);
  EXPECT_EQ(at[1].latency, "60ms");
  EXPECT_EQ(at[1].completed, 1);
  EXPECT_DOUBLE_EQ(at[1].mean_deviation_m, 0.4);
  EXPECT_DOUBLE_EQ(at[1].worst_mean_deviation_m, 0.6);
}

TEST(LapsByLatency, WhoWasNotDrivenHasNone) { EXPECT_THAT(laps_by_latency(StrategyRow()), IsEmpty()); }

TEST(DrivenLatencies, OfAllRowsInTheOrderOfTheirLaps) {
  TuneResult result;
  result.rows.resize(3);
  result.rows[1].laps = {lap("none", true, 0), lap("60ms", true, 0)};
  result.rows[2].laps = {lap("measured", true, 0), lap("none", true, 0)};
  EXPECT_THAT(driven_latencies(result), ElementsAre("none", "60ms", "measured"));
}

}  // namespace
}  // namespace pitlane
