#include "pitlane/search/recommend.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

namespace pitlane {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

LapRow lap(const std::string& circuit, bool completed, double mean_m) {
  LapRow row;
  row.circuit = circuit;
  row.latency = "none";
  row.result.completed = completed;
  row.result.end = completed ? EpisodeEnd::kCompleted : EpisodeEnd::kOffRoad;
  row.result.deviation.mean = mean_m;
  row.result.deviation.max = 4 * mean_m;
  return row;
}

StrategyRow row(const std::string& name, double p50_ms, std::int64_t bytes, double mse, double deviation_m) {
  StrategyRow out;
  out.strategy = name;
  out.size_bytes = bytes;
  out.latency_ms.p50 = p50_ms;
  out.latency_ms.runs = 100;
  out.accuracy = Accuracy{.mse = mse, .mae = 0.1, .outputs = {}, .samples = 1000};
  out.laps = {lap("a", true, deviation_m), lap("b", true, deviation_m / 2)};
  return out;
}

TuneResult three_rows() {
  TuneResult result;
  result.rows = {row("baseline", 1.0, 6'000'000, 0.010, 0.10), row("small", 0.5, 1'500'000, 0.0101, 0.11),
                 row("tiny", 0.25, 700'000, 0.0140, 0.15)};
  return result;
}

std::string words(const Recommendation& r) {
  std::string all;
  for (const std::string& reason : r.reasons) all += reason + "\n";
  return all;
}

TEST(Recommend, TheFastestThatKeepsAccuracyAndLaps) {
  const Recommendation r = recommend(three_rows());
  EXPECT_EQ(r.strategy, "small") << "tiny's MSE rose by 40 %";
  EXPECT_EQ(r.reasons.size(), 3U);
  EXPECT_THAT(words(r), AllOf(HasSubstr("Take small"), HasSubstr("0.500 ms"), HasSubstr("2.0 times"), HasSubstr("25 %"),
                              HasSubstr("tiny is faster at 0.250 ms, but was left out (MSE +40 %)"),
                              HasSubstr("1.0 % above the baseline's 0.0100"), HasSubstr("2 of 2 laps (baseline 2)")));
}

TEST(Recommend, AStudentIsJudgedByItsDriving) {
  TuneResult result = three_rows();
  StrategyRow& tiny = result.rows.back();
  tiny.student = true;
  tiny.laps = {lap("a", true, 0.12), lap("b", true, 0.06)};
  const Recommendation r = recommend(result);
  EXPECT_EQ(r.strategy, "tiny");
  EXPECT_THAT(words(r),
              AllOf(HasSubstr("40 % above the baseline's 0.0100; it is a student, so how it drives was weighed"),
                    HasSubstr("2 of 2 laps")));

  tiny.laps[0].result.deviation.mean = 0.121;
  const Recommendation strays = recommend(result);
  EXPECT_EQ(strays.strategy, "small");
  EXPECT_THAT(words(strays), HasSubstr("tiny is faster at 0.250 ms, but was left out (deviation +0.021 m)"));

  // At each latency beside the baseline's there.
  tiny.laps[0].result.deviation.mean = 0.1;
  for (StrategyRow& each : result.rows) {
    each.laps.push_back(lap("a", true, 0.05));
    each.laps.back().latency = "60ms";
  }
  EXPECT_EQ(recommend(result).strategy, "tiny");
  EXPECT_THAT(
      words(recommend(result)),
      HasSubstr("On laps that both complete, on average at most: without latency 0.100 m, the baseline 0.100 m; at "
                "latency 60ms 0.050 m, the baseline 0.050 m."));
  tiny.laps.back().result.deviation.mean = 0.08;
  EXPECT_EQ(recommend(result).strategy, "small")
      << "no farther than the baseline at its worst, and yet 0.03 m at 60 ms";
  EXPECT_THAT(words(recommend(result)), HasSubstr("left out (deviation +0.030 m)"));
  result.rows.front().laps.back().result.completed = false;  // off the road at once, and so near the line
  EXPECT_EQ(recommend(result).strategy, "tiny") << "a lap that the baseline loses is no measure";
  for (StrategyRow& each : result.rows) each.laps.pop_back();
  tiny.laps[0].result.deviation.mean = 0.121;

  result.constraints.max_deviation_m = 0.125;
  EXPECT_EQ(recommend(result).strategy, "tiny") << "whoever says how far is far enough is heard";
  result.constraints.max_deviation_m.reset();

  tiny.laps[0].result.deviation.mean = 0.12;
  tiny.laps[1].result.completed = false;
  EXPECT_EQ(recommend(result).strategy, "small") << "a lost lap";

  tiny.laps[1].result.completed = true;
  result.constraints.max_mse_increase = 0.1;
  EXPECT_EQ(recommend(result).strategy, "small") << "whoever names a limit gets it";
  result.constraints.max_mse_increase.reset();
  tiny.laps.clear();
  result.rows.front().laps.clear();
  result.rows[1].laps.clear();
  EXPECT_EQ(recommend(result).strategy, "small") << "without laps only the MSE is left";
}

TEST(Recommend, AStudentIsJudgedByTheLapsThatChoseItToo) {
  TuneResult result = three_rows();
  result.rows.back().student = true;
  result.rows.back().laps = {lap("a", true, 0.1), lap("b", true, 0.05)};
  result.search.emplace();
  result.search->trials.push_back({.student = "another", .laps = 112, .laps_lost = 50, .row = ""});
  result.search->trials.push_back({.student = "it", .laps = 112, .excess_m = 0.02, .row = "tiny"});
  EXPECT_EQ(recommend(result).strategy, "tiny");
  SearchedStudent& tiny = result.search->trials.back();
  tiny.excess_m = 0.021;
  EXPECT_EQ(recommend(result).strategy, "small");
  EXPECT_THAT(words(recommend(result)), HasSubstr("left out (deviation +0.021 m on tuning circuits)"));
  result.constraints.max_deviation_m = 0.2;
  EXPECT_EQ(recommend(result).strategy, "tiny") << "whoever says how far is far enough is heard";
  tiny.laps_lost = 1;
  EXPECT_EQ(recommend(result).strategy, "small");
  EXPECT_THAT(words(recommend(result)), HasSubstr("left out (loses 1 of 112 laps on tuning circuits)"));
}

TEST(Recommend, AWiderLimitLetsTheFasterIn) {
  TuneResult result = three_rows();
  result.constraints.max_mse_increase = 0.5;
  EXPECT_EQ(recommend(result).strategy, "tiny");
}

TEST(Recommend, TiesGoToTheSmallerFile) {
  TuneResult result = three_rows();
  result.rows[2] = row("tiny", 0.51, 700'000, 0.0101, 0.11);
  EXPECT_EQ(recommend(result).strategy, "tiny") << "2 % slower is as fast";
  result.rows[2].latency_ms.p50 = 0.56;
  EXPECT_EQ(recommend(result).strategy, "small");
}

TEST(Recommend, WhoLosesByTheFileAloneIsNamed) {
  TuneResult result = three_rows();
  result.rows[1] = row("exact", 0.49, 1'500'000, 0.01015, 0.11);
  result.rows[2] = row("tiny", 0.5, 700'000, 0.0108, 0.11);
  const Recommendation r = recommend(result);
  EXPECT_EQ(r.strategy, "tiny");
  EXPECT_THAT(words(r),
              HasSubstr("; exact is as fast at 0.490 ms and more exact with an MSE of 0.0101, but its file is "
                        "larger at 1.50 MB (--max-mse-increase 0.02 takes it)."));
  result.constraints.max_mse_increase = 0.02;
  EXPECT_EQ(recommend(result).strategy, "exact") << "as the sentence says";
  result.constraints.max_mse_increase.reset();
  result.rows[1].accuracy->mse = 0.01075;
  EXPECT_THAT(words(recommend(result)), Not(HasSubstr("more exact"))) << "half a percent is noise";
}

TEST(Recommend, NoLimitIsNamedThatWouldChooseAnother) {
  TuneResult result = three_rows();
  result.rows[1] = row("exact", 0.49, 1'500'000, 0.0097, 0.11);
  result.rows[2] = row("tiny", 0.5, 700'000, 0.0099, 0.11);
  const auto named_without_limit = [&] {
    EXPECT_EQ(recommend(result).strategy, "tiny");
    EXPECT_THAT(words(recommend(result)), AllOf(HasSubstr("; exact is as fast"), Not(HasSubstr("takes it"))));
  };
  named_without_limit();  // both are below the baseline's

  result.rows[1] = row("exact", 0.52, 1'500'000, 0.0100, 0.11);
  result.rows[2] = row("tiny", 0.5, 700'000, 0.0108, 0.11);
  result.rows.push_back(row("third", 0.54, 800'000, 0.0100, 0.11));
  named_without_limit();  // without tiny the third one is as fast as exact, and smaller
}

TEST(Recommend, AStudentThatLosesByItsFileIsTakenByALimitAboveTheUsualOne) {
  TuneResult result = three_rows();
  result.rows[1] = row("exact", 0.49, 1'500'000, 0.0136, 0.11);
  result.rows[2] = row("tiny", 0.5, 700'000, 0.0160, 0.11);
  result.rows[1].student = result.rows[2].student = true;
  EXPECT_EQ(recommend(result).strategy, "tiny");
  EXPECT_THAT(words(recommend(result)), HasSubstr("(--max-mse-increase 0.36 takes it)"));
  result.rows[1].accuracy->mse = 0.02225;
  result.rows[2].accuracy->mse = 0.0260;
  EXPECT_THAT(words(recommend(result)), HasSubstr("(--max-mse-increase 1.23 takes it)"));
  result.rows[2].accuracy->mse = std::numeric_limits<double>::quiet_NaN();
  EXPECT_THAT(words(recommend(result)), Not(HasSubstr("tiny is as fast"))) << "of itself it says nothing";
}

TEST(Recommend, FilesOfOneSizeAreToldApartByAccuracy) {
  TuneResult result = three_rows();
  result.rows[2] = row("twin", 0.51, 1'499'900, 0.0102, 0.11);
  const Recommendation r = recommend(result);
  EXPECT_EQ(r.strategy, "small") << "100 bytes decide nothing";
  EXPECT_THAT(words(r), HasSubstr("twin is as fast and as small, and loses by its MSE of 0.01020 against 0.01010"));
  result.rows[2] = row("twin", 0.51, 1'500'100, 0.0100, 0.11);
  EXPECT_EQ(recommend(result).strategy, "twin");
}

TEST(Recommend, NothingThatNeverFinishesALap) {
  TuneResult result = three_rows();
  for (StrategyRow& one : result.rows)
    for (LapRow& driven : one.laps) driven.result.completed = false;
  const Recommendation none = recommend(result);
  EXPECT_EQ(none.strategy, std::nullopt);
  EXPECT_THAT(words(none), HasSubstr("ompletes none of its 2 laps, as little as the baseline"));
  result.rows[1].laps[0].result.completed = true;
  EXPECT_EQ(recommend(result).strategy, "small") << "better than a baseline that never arrives";
}

TEST(Recommend, LosingALapExcludes) {
  TuneResult result = three_rows();
  result.rows[1].laps[1].result.completed = false;
  const Recommendation r = recommend(result);
  EXPECT_EQ(r.strategy, "baseline");
  EXPECT_THAT(words(r), AllOf(HasSubstr("Stay with baseline"), HasSubstr("2 of 2 laps")));
}

TEST(Recommend, FailedRowsAreNeverChosen) {
  TuneResult result = three_rows();
  result.rows[1].failure = "it burnt";
  result.rows[1].latency_ms.p50 = 0.001;
  EXPECT_EQ(recommend(result).strategy, "baseline");
}

struct Limit {
  const char* name;
  std::optional<double> Constraints::*field;
  double impossible;
  const char* says;
};

class EachConstraint : public ::testing::TestWithParam<Limit> {};

TEST_P(EachConstraint, UnmetSaysWhichAndByHowMuch) {
  TuneResult result = three_rows();
  result.constraints.*GetParam().field = GetParam().impossible;
  const Recommendation r = recommend(result);
  EXPECT_EQ(r.strategy, std::nullopt);
  EXPECT_FALSE(r.closest.empty());
  EXPECT_THAT(words(r), AllOf(HasSubstr("None of the 3 networks meets every condition"), HasSubstr(GetParam().says)));
}

INSTANTIATE_TEST_SUITE_P(
    Limits, EachConstraint,
    ::testing::Values(Limit{"latency", &Constraints::max_latency_ms, 0.2,
                            "median latency of 0.500 ms is 0.300 ms (150 %) above the limit of 0.200 ms"},
                      Limit{"size", &Constraints::max_size_bytes, 500'000, "above the limit of 0.500 MB"},
                      Limit{"deviation", &Constraints::max_deviation_m, 0.05, "above the limit of 0.050 m"},
                      Limit{"mse", &Constraints::max_mse_increase, -0.5, "the baseline's 0.0100"}),
    [](const auto& tested) { return std::string(tested.param.name); });

TEST(Recommend, MeetsAllConstraintsTogether) {
  TuneResult result = three_rows();
  result.constraints = {
      .max_latency_ms = 0.6, .max_size_bytes = 2e6, .max_deviation_m = 0.12, .max_mse_increase = 0.02};
  const Recommendation r = recommend(result);
  EXPECT_EQ(r.strategy, "small");
  EXPECT_THAT(words(r), AllOf(HasSubstr("(limit 0.600 ms)"), HasSubstr("(limit 0.120 m)")));
}

TEST(Recommend, WhatWasNotDrivenIsSaid) {
  TuneResult result = three_rows();
  for (StrategyRow& r : result.rows) r.laps.clear(), r.why_not_driven = "no adapter was named";
  const Recommendation r = recommend(result);
  EXPECT_EQ(r.strategy, "small");
  EXPECT_THAT(words(r), HasSubstr("It was not driven: no adapter was named; so 0 laps"));
  result.constraints.max_deviation_m = 0.2;
  const Recommendation limited = recommend(result);
  EXPECT_EQ(limited.strategy, std::nullopt) << "a limit that nobody could check is not met";
  EXPECT_THAT(words(limited), HasSubstr("cannot be checked because it was not driven"));
}

TEST(Recommend, NaNIsNeverGoodEnough) {
  TuneResult result = three_rows();
  result.rows[1].accuracy->mse = std::numeric_limits<double>::quiet_NaN();
  EXPECT_NE(recommend(result).strategy, "small");
}

TEST(Recommend, NothingRan) {
  TuneResult result = three_rows();
  for (StrategyRow& r : result.rows) r.failure = "the disk is full";
  const Recommendation r = recommend(result);
  EXPECT_EQ(r.strategy, std::nullopt);
  EXPECT_THAT(words(r), AllOf(HasSubstr("0 of 3 strategies gave a result"), HasSubstr("the disk is full")));
  EXPECT_EQ(recommend(TuneResult{}).strategy, std::nullopt);
}

}  // namespace
}  // namespace pitlane
