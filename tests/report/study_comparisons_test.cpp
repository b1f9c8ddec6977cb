#include "pitlane/report/study_comparisons_html.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>

#include "pitlane/report/study_report.h"
#include "sample_study.h"

namespace pitlane {
namespace {

using ::testing::AllOf;
using ::testing::DoubleEq;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

TEST(HolmCorrection, MultipliesByTheNumberThatIsLeft) {
  // 3 x 0.01; 2 x 0.03; 0.04 is not below what 0.03 became.
  EXPECT_THAT(holm_corrected(std::vector{0.01, 0.04, 0.03}),
              ElementsAre(DoubleEq(0.03), DoubleEq(0.06), DoubleEq(0.06)));
  EXPECT_THAT(holm_corrected(std::vector{0.6, 0.5}), ElementsAre(1, 1));
  EXPECT_TRUE(holm_corrected({}).empty());
}

TEST(StudyPairs, CompareEveryNetworkWithEveryOther) {
  const StudyResult study = sample_study();
  const std::vector<StudyPair> pairs = study_pairs(study);
  ASSERT_EQ(pairs.size(), 3U);
  EXPECT_EQ(pairs[2].driver, 2U);
  EXPECT_EQ(pairs[2].other, 1U);
  // The expert loses none of 48; the second one loses 12.
  EXPECT_NEAR(pairs[2].figures[0].mean_difference, 0.25, 1e-12);
  EXPECT_NEAR(pairs[2].figures[1].mean_difference, 0.02, 1e-12);
  for (const StudyPair& pair : pairs)
    for (std::size_t f = 0; f < kStudyFigures.size(); ++f)
      EXPECT_GE(pair.corrected_p[f], pair.figures[f].p_value) << kStudyFigures[f];
  const auto json = nlohmann::json::parse(study_json(study));
  ASSERT_EQ(json["pairs"].size(), 3U);
  EXPECT_EQ(json["pairs"][2]["other_network"], "int8 <b>static</b>");
  EXPECT_NEAR(json["pairs"][2]["completion"]["mean_difference"].get<double>(), 0.25, 1e-12);
  EXPECT_GT(json["pairs"][2]["completion"]["p_value_holm"].get<double>(), 0);
}

TEST(StudyPairs, DifferencesAreThoseOfTheTotals) {
  const StudyResult study = sample_study();
  const StudyDifferences alone = study_differences(study, 2, 0);
  const StudyTotal total = study_totals(study)[2];
  for (std::size_t f = 0; f < alone.size(); ++f) {
    EXPECT_EQ(alone[f].pairs, total.figures[f].pairs) << kStudyFigures[f];
    EXPECT_EQ(alone[f].mean_difference, total.figures[f].mean_difference) << kStudyFigures[f];
    EXPECT_EQ(alone[f].p_value, total.figures[f].p_value) << kStudyFigures[f];
  }
}

TEST(StudyPairs, WithoutDataAreNotCountedAndNotDrivenIsADash) {
  StudyResult study = sample_study();
  for (std::size_t i = 0; i < study.cells.size(); ++i)
    if (study.cells[i].driver == 2) study.outcomes[i].episode->completed = false;
  for (const std::string& text : {study_page(study, ""), study_markdown(study)})
    EXPECT_THAT(text, HasSubstr("corrected for 3 pairs (deviation and lap time: 1) by Holm's method"));
  for (std::size_t i = 0; i < study.cells.size(); ++i)
    if (study.cells[i].driver == 2) study.outcomes[i] = {};
  const std::string markdown = study_markdown(study);
  EXPECT_THAT(markdown, AllOf(HasSubstr("corrected for 1 pair by Holm's method"), Not(HasSubstr("0/0"))));
  EXPECT_THAT(markdown.substr(markdown.find("## Robustness")), HasSubstr("| – "));
}

TEST(StudyTotals, HaveMoreFiguresOverAllDrives) {
  StudyResult study = sample_study();
  for (CellOutcome& outcome : study.outcomes)
    if (outcome.episode) {
      outcome.episode->off_road_s = outcome.episode->completed ? 0 : 4;
      outcome.episode->frame_age = {0.03, 0.05, 0.06};
    }
  const StudyTotal total = study_totals(study)[0];
  ASSERT_EQ(total.more.size(), kMoreStudyFigures.size());
  EXPECT_EQ(total.more[0].values, 36) << "RMSE: completed ones";
  // 1.1 of the mean deviation, which is that of the totals.
  EXPECT_NEAR(total.more[0].mean, 1.1 * total.figures[1].estimate.mean, 1e-9);
  EXPECT_EQ(total.more[4].values, 48) << "time off the road: all";
  EXPECT_NEAR(total.more[4].mean, 1, 1e-12) << "12 of 48 lost 4 s";
  EXPECT_NEAR(total.more[9].mean, 30, 1e-9);
  const auto json = nlohmann::json::parse(study_json(study));
  EXPECT_NEAR(json["totals"][0]["off_road_s"]["mean"].get<double>(), 1, 1e-12);
  EXPECT_EQ(json["totals"][0]["off_road_s"]["values"], 48);
  EXPECT_FALSE(json["conditions"][0].contains("off_road_s"));
}

TEST(StudyPage, HasTheRobustnessTableThePairsAndEveryFigure) {
  const StudyResult study = sample_study();
  const std::string page = study_page(study, "");
  EXPECT_THAT(page, AllOf(HasSubstr("<table id=\"robustness\">"), HasSubstr(">light=0.5,noise=8</th>"),
                          HasSubstr("<td class=\"bad\">20/24 · 0."), HasSubstr("<td class=\"bad\">16/24 · 0."),
                          HasSubstr("<td class=\"good\">24/24 · 0.")));
  EXPECT_THAT(page, AllOf(HasSubstr("corrected for 3 pairs by Holm's method"), HasSubstr("<table id=\"pairs\">"),
                          HasSubstr("<table id=\"more-totals\">"), HasSubstr("<table id=\"all-figures\">"),
                          HasSubstr(">Real-time factor</th>"), HasSubstr("CARLA leaderboard 2.0")));
  EXPECT_THAT(study_page(study, "", Timing::kLeftOut), Not(HasSubstr("Real-time factor")));
  EXPECT_THAT(study_markdown(study),
              AllOf(HasSubstr("\n## More totals\n"), HasSubstr("\n## Every pair\n"), HasSubstr("\n## Robustness\n"),
                    HasSubstr("| 20/24, 0."), HasSubstr("leaderboard 2.0")));
}

TEST(StudyCsv, IsComplete) {
  const std::string csv = study_csv(sample_study());
  for (const char* column : {"driving_score_version", "timing_real_time_factor", "timing_iteration_hz",
                             "timing_latency_ms_p90", "off_road_s", "suddenness_w_radps", "frame_age_ms_p95"})
    EXPECT_THAT(csv.substr(0, csv.find('\r')), HasSubstr(std::string(",") + column)) << column;
  EXPECT_THAT(csv, HasSubstr(",carla-leaderboard-2.0,0.25,"));
  const auto json = nlohmann::json::parse(study_json(sample_study()));
  EXPECT_EQ(json["study"]["driving_score_version"], "carla-leaderboard-2.0");
  EXPECT_EQ(json["cells"][0]["driving_score_version"], "carla-leaderboard-2.0");
}

}  // namespace
}  // namespace pitlane
