#include "pitlane/optimize/accuracy_budget.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <string>

namespace pitlane {
namespace {

using ::testing::HasSubstr;

std::string parse_complaint(const std::string& text) {
  const Result<AccuracyBudget> budget = parse_accuracy_budget(text);
  EXPECT_FALSE(budget.ok()) << text;
  return budget.ok() ? "" : budget.error().message();
}

TEST(AccuracyBudget, ReadsEveryForm) {
  const Result<AccuracyBudget> budget = parse_accuracy_budget("3%, v=0.0004,mae:w = 10 %,mse:steering=2e-3");
  ASSERT_TRUE(budget.ok()) << budget.error().message();
  ASSERT_EQ(budget->size(), 4U);
  EXPECT_EQ((*budget)[0].output, "");
  EXPECT_TRUE((*budget)[0].relative);
  EXPECT_DOUBLE_EQ((*budget)[0].most, 0.03);
  EXPECT_EQ((*budget)[1].output, "v");
  EXPECT_FALSE((*budget)[1].relative);
  EXPECT_DOUBLE_EQ((*budget)[1].most, 0.0004);
  EXPECT_EQ((*budget)[2].metric, ErrorMetric::kMae);
  EXPECT_DOUBLE_EQ((*budget)[2].most, 0.1);
  EXPECT_EQ((*budget)[3].metric, ErrorMetric::kMse);
  EXPECT_EQ(to_string(*budget), "3%,v=0.0004,mae:w=10%,steering=0.002");
}

TEST(AccuracyBudget, RefusesInOneLineWithARemedy) {
  EXPECT_EQ(parse_complaint(""), "--budget: is empty; say e.g. 3%, v=3%,w=0.0004, mae:v=0.01 or track:10%");
  EXPECT_EQ(parse_complaint("v=abc"),
            "--budget v=abc: is no limit; say e.g. 3%, v=3%,w=0.0004, mae:v=0.01 or track:10%");
  EXPECT_EQ(parse_complaint("=3%"),
            "--budget =3%: no output stands before '='; say e.g. 3%, v=3%,w=0.0004, mae:v=0.01 or track:10%");
  EXPECT_EQ(parse_complaint("v=-1%"),
            "--budget v=-1%: must be above zero; say e.g. 3%, v=3%,w=0.0004, mae:v=0.01 or track:10%");
  EXPECT_EQ(parse_complaint("0%"),
            "--budget 0%: every strategy moves the answers a little, so zero is held by chance alone; allow some, e.g. "
            "1%, or keep the network in floats");
  EXPECT_EQ(parse_complaint("w=3%,w=4%"), "--budget w=3%,w=4%: limits the MSE of 'w' twice; leave one out");
  EXPECT_EQ(parse_complaint("3%,mae:4%,5%"),
            "--budget 3%,mae:4%,5%: limits the MSE of all outputs twice; leave one out");
  EXPECT_EQ(parse_complaint("w=3"),
            "--budget w=3: errors of outputs that lie within 0 to 1 are below 1; a share of the baseline's is 3%");
  for (const char* text : {"nan", "inf", "3%,", ",", "v", "mae:", "3%%", "1e999", "3x", "v=", "+3%"})
    EXPECT_THAT(parse_complaint(text), HasSubstr("is no limit; say e.g. 3%")) << text;
}

TEST(AccuracyBudget, LimitsTheTrackToo) {
  const AccuracyBudget budget = *parse_accuracy_budget("w=3%, track:10%");
  ASSERT_TRUE(track_limit(budget));
  EXPECT_DOUBLE_EQ(track_limit(budget)->most, 0.1);
  EXPECT_TRUE(track_limit(budget)->relative);
  EXPECT_EQ(to_string(budget), "w=3%,track:10%");
  EXPECT_EQ(to_string(*parse_accuracy_budget("track:0.15m")), "track:0.15m");
  EXPECT_FALSE(track_limit(*parse_accuracy_budget("3%,mae:w=1%")));
  EXPECT_TRUE(check_outputs(budget, {"w"}).ok());
  const auto limits = error_limits(budget, {{"v", 1, 1}, {"w", 1, 1}});
  ASSERT_TRUE(limits.ok());
  EXPECT_EQ(limits->size(), 1U) << "laps are no error of an output";
  EXPECT_EQ(parse_complaint("track:0.15"),
            "--budget track:0.15: is a distance from the line, or a share of the baseline's? Say 0.15m or 0.15%");
  EXPECT_EQ(parse_complaint("track:w=3%"),
            "--budget track:w=3%: the track has no outputs; say e.g. track:10% or track:0.15m");
  EXPECT_EQ(parse_complaint("track:1%,track:2m"), "--budget track:1%,track:2m: limits the track twice; leave one out");
  EXPECT_EQ(to_string(*parse_accuracy_budget("track:0%")), "track:0%") << "no farther from the line than the baseline";
  EXPECT_EQ(parse_complaint("track:0m"), "--budget track:0m: no car stays on the line itself; say e.g. track:0.15m");
  EXPECT_THAT(parse_complaint("track:-1%"), HasSubstr("must be above zero"));
  EXPECT_THAT(parse_complaint("3m"), HasSubstr("is no limit"));
  EXPECT_THAT(parse_complaint("track:"), HasSubstr("is no limit"));
}

TEST(AccuracyBudget, NamesTheOutputsThatThereAre) {
  const AccuracyBudget budget = *parse_accuracy_budget("3%,speed=2%");
  EXPECT_EQ(check_outputs(budget, {"v", "w"}).error().message(),
            "--budget speed=2%: there is no output 'speed'; there is v, w");
  EXPECT_TRUE(check_outputs(*parse_accuracy_budget("w=2%"), {"v", "w"}).ok());
}

TEST(AccuracyBudget, AnOutputsOwnLimitTakesThePlaceOfTheOneForAll) {
  const auto limits = error_limits(*parse_accuracy_budget("10%,w=0.5,mae:1%"), {{"v", 2, 1}, {"w", 4, 3}});
  ASSERT_TRUE(limits.ok());
  ASSERT_EQ(limits->size(), 4U);
  EXPECT_DOUBLE_EQ((*limits)[0].most, 2.2);
  EXPECT_DOUBLE_EQ((*limits)[1].most, 1.01);
  EXPECT_DOUBLE_EQ((*limits)[2].most, 0.5);
  EXPECT_DOUBLE_EQ((*limits)[3].most, 3.03);
}

TEST(AccuracyBudget, StrainIsThatOfTheTightestLimit) {
  const auto limits = *error_limits(*parse_accuracy_budget("10%"), {{"v", 2, 1}, {"w", 4, 3}});
  const Strain most = strain(limits, {{"v", 2.1, 1}, {"w", 5.5, 3}});
  EXPECT_EQ(most.limit, 1U);
  EXPECT_DOUBLE_EQ(most.share, 1.25);
  EXPECT_EQ(overrun_text(limits[1], {{"v", 2.1, 1}, {"w", 5.5, 3}}),
            "w's MSE is 5.5 (+37.5 %), allowed is 4.4 (+10 %)");
  EXPECT_TRUE(std::isinf(strain(limits, {{"v", std::nan(""), 1}, {"w", 4, 3}}).share));
  EXPECT_DOUBLE_EQ(strain(limits, {{"v", 0, 0}, {"w", 4.4, 3}}).share, 1);
}

// "0.03" where 3 % was meant.
TEST(AccuracyBudget, LimitsFarAboveTheNetworksOwnErrorAreNamed) {
  const std::vector<OutputError> own = {{"v", 0.0087, 0.05}, {"w", 0.0125, 0.05}};
  const auto loose = [&](const char* text) {
    return loose_limits(*error_limits(*parse_accuracy_budget(text), own), own);
  };
  EXPECT_THAT(
      loose("v=0.03,w=0.013"),
      ::testing::ElementsAre("The budget lets v's MSE rise to 0.03, where the network itself has 0.0087; a share "
                             "of that is written with a percent sign, e.g. 3%."));
  EXPECT_EQ(loose("0.03,mae:0.2").size(), 4U);
  EXPECT_TRUE(loose("300%").empty()) << "so it was meant";
}

}  // namespace
}  // namespace pitlane
