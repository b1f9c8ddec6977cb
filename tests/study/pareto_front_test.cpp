#include "pitlane/study/pareto_front.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace pitlane {
namespace {

using ::testing::ElementsAre;

StrategyRow row(const std::string& name, double p50_ms, std::int64_t size_bytes, double mse,
                std::vector<bool> completed = {true, true}) {
  StrategyRow out;
  out.strategy = name;
  out.size_bytes = size_bytes;
  out.accuracy.emplace();
  out.accuracy->mse = mse;
  out.latency_ms.runs = 100;
  out.latency_ms.p50 = p50_ms;
  for (const bool lap : completed) out.laps.emplace_back().result.completed = lap;
  return out;
}

std::vector<std::string> front(std::vector<StrategyRow> rows) {
  TuneResult result;
  result.rows = std::move(rows);
  std::vector<std::string> names;
  for (const std::size_t i : pareto_front(result)) names.push_back(result.rows[i].strategy);
  return names;
}

TEST(ParetoFront, HoldsWhoIsBeatenByNobodyFastestFirst) {
  EXPECT_THAT(front({row("baseline", 4, 400, 0.01), row("small", 3, 100, 0.02), row("fast", 1, 200, 0.02),
                     row("worse", 3, 200, 0.03), row("exact", 4, 500, 0.005)}),
              ElementsAre("fast", "small", "baseline", "exact"));
}

TEST(ParetoFront, EqualsStandBesideEachOther) {
  EXPECT_THAT(front({row("baseline", 1, 1, 1), row("twin", 1, 1, 1)}), ElementsAre("baseline", "twin"));
}

TEST(ParetoFront, WhoLosesLapsNeitherStandsNorBeats) {
  EXPECT_THAT(front({row("baseline", 4, 400, 0.01), row("crashes", 1, 1, 0.001, {true, false})}),
              ElementsAre("baseline"));
  // What the baseline does not complete either is no loss.
  EXPECT_THAT(front({row("baseline", 4, 400, 0.01, {true, false}), row("alike", 1, 1, 0.001, {true, false}),
                     row("other", 1, 1, 0.0001, {false, true})}),
              ElementsAre("alike"));
}

TEST(ParetoFront, FailedUntimedAndUnjudgedRowsAreLeftOut) {
  StrategyRow failed = row("failed", 1, 1, 0.001), untimed = failed, unjudged = failed;
  failed.failure = "no room";
  untimed.latency_ms.runs = 0;
  unjudged.accuracy.reset();
  EXPECT_THAT(front({row("baseline", 4, 400, 0.01), failed, untimed, unjudged}), ElementsAre("baseline"));
}

}  // namespace
}  // namespace pitlane
