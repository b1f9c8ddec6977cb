#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "pitlane/report/report.h"
#include "pitlane/search/recommend.h"
#include "sample_result.h"

namespace pitlane {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

TEST(TuneMarkdown, BeginsWithTheRecommendationAndHasEveryRow) {
  TuneResult result = sample_result();
  result.recommendation = recommend(result);
  const std::string text = markdown_report(result);
  EXPECT_THAT(text,
              HasSubstr("# examples/pilotnet.pit\n\n## Recommendation: " + *result.recommendation.strategy + "\n"));
  EXPECT_THAT(text, AllOf(HasSubstr("| baseline     | 6.43 MB"), HasSubstr("| 0.004120 | -"),
                          HasSubstr("failed: fine-tuning diverged"), HasSubstr("## Laps not completed"),
                          HasSubstr("- command: `pitlane tune examples/pilotnet.pit")));
}

TEST(TuneMarkdown, TellsLatenciesApart) {
  TuneResult result = sample_result();
  const std::string text = markdown_report(result);
  EXPECT_THAT(text, AllOf(HasSubstr("## Laps at each latency\n\n| strategy "), HasSubstr("| none: laps |"),
                          HasSubstr("| 60ms: worst lap m |")));
  EXPECT_THAT(text, ::testing::ContainsRegex("\\| prune_quan +\\| 10/10 +\\| 0\\.[0-9]+ +\\| 0\\.[0-9]+ +\\| 8/10 "));
  for (StrategyRow& row : result.rows) std::erase_if(row.laps, [](const LapRow& lap) { return lap.latency != "none"; });
  EXPECT_THAT(markdown_report(result), Not(HasSubstr("Laps at each latency")));
}

TEST(TuneMarkdown, AStrategyWithoutMeaningForTheNetworkIsNoFailure) {
  TuneResult result = sample_result();
  result.rows[6].inapplicable = true;
  EXPECT_THAT(markdown_report(result),
              AllOf(HasSubstr("does not apply: fine-tuning diverged"), Not(HasSubstr("failed: fine"))));
}

TEST(TuneMarkdown, NamesCannotBreakTheTable) {
  TuneResult result = sample_result();
  result.rows[1].strategy = "a|b\nc";
  EXPECT_THAT(markdown_report(result), AllOf(HasSubstr("a\\|b"), Not(HasSubstr("b\nc"))));
}

TEST(TuneMarkdown, SaysWhereNothingIsRecommended) {
  TuneResult result = sample_result();
  result.recommendation = {};
  result.recommendation.closest = "int_flt_quan";
  EXPECT_THAT(markdown_report(result), HasSubstr("## Recommendation: none\n\nThe closest: int_flt_quan.\n"));
}

TEST(LapsCsv, HasALineForEachLapWithEveryFigure) {
  const std::string text = laps_csv(sample_result());
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 1 + 120);
  EXPECT_THAT(text, AllOf(HasSubstr("strategy,circuit,held_out,reverse,latency,seed,completed,end,failure,lap_time_s,"),
                          HasSubstr(",driving_score_version,timing_wall_s,timing_real_time_factor,"),
                          HasSubstr("\r\nprune_quan,")));
}

}  // namespace
}  // namespace pitlane
