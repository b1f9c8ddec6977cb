#include "pitlane/search/shown_trials.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace pitlane {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

RungTrial driven(int number, int completed, double deviation_m, double latency_ms, std::int64_t size_bytes, double mse,
                 int rung = kTaughtRungs - 1) {
  RungTrial t;
  t.rung = rung;
  t.number = number;
  t.trial.laps = 10;
  t.trial.completed = completed;
  t.trial.lost = t.trial.laps - completed;
  t.trial.deviation_m = t.trial.excess_m = deviation_m;
  t.trial.latency_ms = latency_ms;
  t.trial.size_bytes = size_bytes;
  t.trial.mse = mse;
  return t;
}

std::vector<int> shown(const std::vector<RungTrial>& trials) {
  std::vector<int> numbers;
  for (const RungTrial* t : shown_trials(trials)) numbers.push_back(t->number);
  return numbers;
}

TEST(ShownTrials, AreTheBestDriversAndWhoIsSmallestFastestAndMostExactOfThem) {
  std::vector<RungTrial> trials;
  for (int i = 1; i <= 4; ++i) trials.push_back(driven(i, 10, 0.1 * i, 10 - i, 100, 0.5));
  trials.push_back(driven(5, 10, 0.9, 9, 10, 0.5));     // the smallest
  trials.push_back(driven(6, 10, 0.9, 1, 100, 0.5));    // the fastest
  trials.push_back(driven(7, 10, 0.9, 9.5, 100, 0.1));  // answers best
  trials.push_back(driven(8, 9, 0.01, 0.1, 1, 0.01));   // the best in all, but for a lap
  trials.push_back(driven(9, 10, 0.9, 9, 100, 0.5));
  EXPECT_THAT(shown(trials), ElementsAre(6, 4, 3, 2, 1, 5, 7));
}

TEST(ShownTrials, TheFastestIsOneThatMayBeRecommended) {
  std::vector<RungTrial> trials;
  for (int i = 1; i <= 4; ++i) trials.push_back(driven(i, 10, 0.001 * i, 10 - i, 100, 0.5));
  trials.push_back(driven(5, 10, 0.019, 2, 100, 0.5));
  trials.push_back(driven(6, 10, 0.021, 1, 100, 0.5));  // strays too far
  EXPECT_THAT(shown(trials), ElementsAre(5, 4, 3, 2, 1));
}

TEST(ShownTrials, OfOtherWaysTheBestOfEachKind) {
  const int finished = kTaughtRungs;
  std::vector<RungTrial> trials = {driven(1, 10, 0.1, 5, 100, 0.5), driven(1, 10, 0.2, 4, 100, 0.6, finished),
                                   driven(1, 10, 0.3, 5, 50, 0.6, finished), driven(1, 8, 0.1, 1, 1, 0.1, finished)};
  trials.push_back(driven(1, 10, 0.1, 1, 1, 0.1, finished));
  trials.back().trial.failure = "no better";
  const auto found = shown_trials(trials);
  ASSERT_EQ(found.size(), 3U);
  EXPECT_EQ(found[0], &trials[1]);
  EXPECT_EQ(found[1], &trials[0]);
  EXPECT_EQ(found[2], &trials[2]);
}

TEST(ShownTrials, OfEarlierRungsAndFailuresNone) {
  std::vector<RungTrial> trials = {driven(1, 10, 0.1, 5, 100, 0.5, 0), driven(2, 10, 0.1, 5, 100, 0.5)};
  trials.back().trial.failure = "slower";
  EXPECT_THAT(shown(trials), IsEmpty());
}

}  // namespace
}  // namespace pitlane
