#include "pitlane/study/latency_limit.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

namespace pitlane {
namespace {

struct Search {
  LatencyLimit limit;
  std::vector<int> asked;
};

template <typename Completes>
Search search(const Completes& completes) {
  Search out;
  out.limit = find_latency_limit({}, [&](int latency_ms) -> Result<bool> {
                out.asked.push_back(latency_ms);
                return completes(latency_ms);
              }).value();
  return out;
}

TEST(LatencyLimit, IsTheLastStepThatCompletes) {
  for (int largest = 0; largest < 395; ++largest) {
    const LatencyLimit limit = search([&](int ms) { return ms <= largest; }).limit;
    EXPECT_EQ(limit.completes_ms, largest / 5 * 5);
    EXPECT_EQ(limit.fails_ms, largest / 5 * 5 + 5);
  }
}

TEST(LatencyLimit, AsksEveryStrideAndThenHalvesTheLast) {
  EXPECT_THAT(search([](int ms) { return ms <= 52; }).asked, ::testing::ElementsAre(0, 20, 40, 60, 50, 55));
}

TEST(LatencyLimit, MayNotExist) {
  const Search never = search([](int) { return false; });
  EXPECT_FALSE(never.limit.completes_ms);
  EXPECT_EQ(never.limit.fails_ms, 0);
  EXPECT_THAT(never.asked, ::testing::ElementsAre(0));
  const LatencyLimit always = search([](int) { return true; }).limit;
  EXPECT_EQ(always.completes_ms, 400);
  EXPECT_FALSE(always.fails_ms);
}

// Completing again at more latency is possible; the first edge counts, and it is an edge.
TEST(LatencyLimit, IsAnEdgeWhereDrivingDoesNotGetWorseSteadily) {
  const auto completes = [](int ms) { return ms <= 65 || (ms >= 100 && ms <= 200); };
  const LatencyLimit limit = search(completes).limit;
  EXPECT_EQ(limit.completes_ms, 65);
  EXPECT_EQ(limit.fails_ms, 70);
}

TEST(LatencyLimit, PassesOnErrors) {
  const auto result = find_latency_limit({}, [](int ms) -> Result<bool> {
    if (ms < 40) return true;
    return Error(ErrorKind::kInterrupted, "stopped");
  });
  ASSERT_FALSE(result.ok());
  EXPECT_EQ(result.error().kind(), ErrorKind::kInterrupted);
}

}  // namespace
}  // namespace pitlane
