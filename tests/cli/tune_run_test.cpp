#include "pitlane/cli/tune_run.h"

#include <gtest/gtest.h>

#include "pitlane/cli/verb.h"

namespace pitlane::cli {
namespace {

TEST(TuneExitCode, SaysWhetherAllThatWasAskedForWasFound) {
  TuneResult result;
  result.rows.resize(2);
  result.recommendation.strategy = "baseline";
  EXPECT_EQ(exit_code(result, true), kSuccess);
  result.search = Search{};
  EXPECT_EQ(exit_code(result, true), kSuccess);
  result.search->why_none = "none of 5 students is left";
  EXPECT_EQ(exit_code(result, true), kPartialFailure) << "whatever else is recommended";
  result.search.reset();
  result.rows[1].failure = "has no memory";
  EXPECT_EQ(exit_code(result, true), kPartialFailure);
  result.rows[1].inapplicable = true;
  EXPECT_EQ(exit_code(result, true), kSuccess);
  EXPECT_EQ(exit_code(result, false), kPartialFailure) << "it was asked for by name";
  result.rows.pop_back();
  result.recommendation.strategy.reset();
  EXPECT_EQ(exit_code(result, true), kPartialFailure);
}

}  // namespace
}  // namespace pitlane::cli
