#include "pitlane/core/result.h"

#include <gtest/gtest.h>

#include <memory>

namespace pitlane {
namespace {

Result<int> half(int value) {
  if (value % 2 != 0) return invalid_argument(std::to_string(value) + " is odd");
  return value / 2;
}

Result<int> quarter(int value) {
  PITLANE_TRY(const int h, half(value));
  PITLANE_TRY_STATUS(half(h));
  return h / 2;
}

TEST(Result, CarriesTheValue) { EXPECT_EQ(quarter(12).value(), 3); }

TEST(Result, TryReturnsTheFirstError) {
  EXPECT_EQ(quarter(7).error().message(), "7 is odd");
  EXPECT_EQ(quarter(6).error().message(), "3 is odd");
}

TEST(Result, ErrorGainsContextAndKeepsItsKind) {
  const Error error = corrupt("bad byte").in("a.pit");
  EXPECT_EQ(error.message(), "a.pit: bad byte");
  EXPECT_EQ(error.kind(), ErrorKind::kCorrupt);
}

TEST(Result, HoldsMoveOnlyTypes) {
  Result<std::unique_ptr<int>> result = std::make_unique<int>(4);
  EXPECT_EQ(*std::move(result).value(), 4);
}

TEST(ResultDeathTest, ReadingTheValueOfAnErrorStops) {
  const Result<int> result = half(1);
  EXPECT_DEATH((void)result.value(), "");
}

TEST(ResultDeathTest, CheckNamesTheCondition) { EXPECT_DEATH(PITLANE_CHECK(1 + 1 == 3), "1 \\+ 1 == 3"); }

}  // namespace
}  // namespace pitlane
