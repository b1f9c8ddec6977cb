#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>

#include "pitlane/report/study_report.h"
#include "pitlane/report/study_summary.h"
#include "pitlane/report/study_text.h"
#include "pitlane/search/recommend_study.h"
#include "sample_study.h"

namespace pitlane {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::Not;

std::size_t occurrences(const std::string& text, const std::string& part) {
  std::size_t count = 0;
  for (std::size_t at = 0; (at = text.find(part, at)) != std::string::npos; at += part.size()) ++count;
  return count;
}

nlohmann::json data_of(const std::string& page) {
  const std::string begin = "id=\"data\">";
  const std::size_t from = page.find(begin) + begin.size();
  return nlohmann::json::parse(page.substr(from, page.find("</script>", from) - from));
}

TEST(StudyPage, SaysWhoIsBestHowSureThatIsAndWhatFailed) {
  const StudyResult result = sample_study();
  const std::vector<std::string> sentences = study_summary(result, study_totals(result));
  // 48 drives each; the expert loses none. 0.1 + 0.04 + 0.12 + 0.05 + 0.05 m on average.
  EXPECT_THAT(
      sentences.front(),
      AllOf(HasSubstr("expert completed 48 of 48 drives (share 1.00 [1.00, 1.00]) with a mean deviation of 0.360 m ["),
            HasSubstr("95 % intervals")));
  EXPECT_THAT(sentences[1],
              AllOf(HasSubstr("Beside baseline on the same drives, expert completed 25.0 percentage points "
                              "more (p < 0.001); where both completed, its mean deviation is 0.040 m larger "
                              "over 36 pairs (p < 0.001)."),
                    Not(HasSubstr("do not tell"))));
  EXPECT_THAT(sentences, Contains(HasSubstr("Of the networks it is baseline: 36 of 48 drives, mean deviation 0.")));
  EXPECT_THAT(sentences, Contains("baseline did not complete 12 of 48 drives: 12 off the road."));
  EXPECT_THAT(sentences,
              Contains(AllOf(HasSubstr("1 drive could not be made (int8 <b>static</b>, </script>oval reverse, "
                                       "light=0.5,noise=8, 120ms, repetition 2: no such <world>"),
                             HasSubstr("count as not completed"))));
}

TEST(StudyPage, SaysHowMuchLatencyEachSurvives) {
  StudyResult result = sample_study();
  EXPECT_THAT(study_summary(result, study_totals(result)),
              Contains("The largest latency tried at which every drive without a perturbation was completed: baseline "
                       "60 ms (not 120 ms); int8 <b>static</b> 60 ms (not 120 ms); expert at least 120 ms."));
  for (std::size_t i = 0; i < result.cells.size(); ++i)
    if (result.cells[i].latency == 0 && result.cells[i].driver == 0) result.outcomes[i].episode->completed = false;
  EXPECT_THAT(latency_sentence(result), HasSubstr("completed: baseline 60 ms (though not 0 ms);"));
  for (CellOutcome& outcome : result.outcomes)
    if (outcome.episode) outcome.episode->completed = false;
  EXPECT_THAT(latency_sentence(result), HasSubstr("completed: baseline none (not even 0 ms);"));
  for (StudyDriver& driver : result.grid.drivers)
    for (Course& course : driver.courses) course.perturbation = "light=0.5";
  result.grid.perturbation_names = {{"light=0.5", "dusk"}};
  EXPECT_THAT(latency_sentence(result), HasSubstr("every drive under dusk was completed:"));
}

TEST(StudyPage, RecommendsANetworkAndShowsWhatItIsWeighedBy) {
  const StudyResult result = sample_study();
  ASSERT_EQ(result.recommendation.driver, 1U);
  const std::string page = study_page(result, "");
  EXPECT_THAT(page,
              AllOf(HasSubstr("Put this one on the robot"),
                    HasSubstr("<h2 id=\"take\">int8 &lt;b&gt;static&lt;/b&gt;</h2>"), HasSubstr("<b>0.660 ms</b>"),
                    HasSubstr("3.3 times as fast as baseline, and its file has 0.346\u00a0MB, as baseline&#39;s has;"),
                    HasSubstr("id=\"pareto\""), HasSubstr("id=\"histogram\"")));
  const auto networks = data_of(page)["strategies"];
  EXPECT_EQ(networks[0]["size"], 345'678);
  EXPECT_EQ(networks[0]["lost"], 25);
  EXPECT_NEAR(networks[1]["ms"]["p50"].get<double>(), 0.66, 0.01);
  EXPECT_EQ(networks[0]["samples"].size(), 2000U) << "of 2,400";
  EXPECT_FALSE(networks[2].contains("ms")) << "the expert is no network";
  const std::string untimed = study_page(result, "", Timing::kLeftOut);
  EXPECT_THAT(untimed, AllOf(HasSubstr("What a small file costs"), Not(HasSubstr("id=\"histogram\""))));
  EXPECT_FALSE(data_of(untimed)["strategies"][0].contains("ms"));
}

TEST(StudyPage, ShowsPublishedFiguresOfTheSameNetworkAndRecipeBesideOurs) {
  StudyResult result = sample_study();
  EXPECT_THAT(study_page(result, ""),
              AllOf(HasSubstr("PyTorch, baseline <sup>"), HasSubstr("PyTorch, static_quan <sup>"),
                    HasSubstr("<td>6.119</td><td>0.3297</td><td>2.18</td><td>2.20</td><td>0.07884</td>"),
                    HasSubstr("<li id=\"defect-1\">timed with gradients on"), Not(HasSubstr("TensorFlow, "))));
  result.grid.drivers[1].strategy = "bfloat16_quan";
  EXPECT_THAT(study_page(result, ""), HasSubstr("no published number</td>"));
  result.grid.drivers[0].family = result.grid.drivers[1].family = "pilotnet-tf";
  result.grid.drivers[1].strategy = "int8";
  EXPECT_THAT(study_page(result, ""),
              AllOf(HasSubstr("TensorFlow, baseline <sup>"), HasSubstr("TF-TRT (GPU), int8 <sup>")));
  for (StudyDriver& driver : result.grid.drivers) driver.family = "mine";
  EXPECT_THAT(study_page(result, ""), HasSubstr("There are no published numbers for these networks"));
}

TEST(StudyPage, NamesMachinesAndWhoseTimesCount) {
  StudyResult result = sample_study();
  EXPECT_THAT(study_page(result, ""),
              AllOf(HasSubstr("<h2>Machines</h2>"),
                    HasSubstr("Other &lt;CPU&gt;, 8 cores</td><td class=\"text end\">expert 24</td><td>24</td>"),
                    HasSubstr("are those of machine 1 alone"), HasSubstr(">Machine</th>")));
  result.recommendation = recommend(result, DecisionTiming::kLeftOut);
  const std::string untimed = study_page(result, "", Timing::kLeftOut);
  for (const char* cores : {"8 cores", "2 cores"}) EXPECT_EQ(occurrences(untimed, cores), 0U) << cores;
  for (CellOutcome& outcome : result.outcomes) outcome.origin.machine = "Sample CPU, 2 cores";
  EXPECT_THAT(study_page(result, ""),
              AllOf(Not(HasSubstr("<h2>Machines</h2>")), HasSubstr("<dt>machine</dt><dd>Sample CPU, 2 cores</dd>"),
                    HasSubstr("<dt>driven by</dt><dd>pitlane 0.1.0 0123456789ab</dd>")));
}

TEST(StudyPage, CallsPerturbationsAsTheStudyDoes) {
  StudyResult result = sample_study();
  result.grid.perturbation_names = {{"none", "none"}, {"light=0.5,noise=8", "dusk"}};
  const std::string page = study_page(result, "");
  EXPECT_EQ(occurrences(page, "light=0.5,noise=8"), 1U) << "where it is explained";
  EXPECT_THAT(page, HasSubstr("<dt>perturbation dusk</dt><dd>light=0.5,noise=8</dd>"));
}

TEST(StudyPage, IntervalsAreNotParted) {
  EXPECT_THAT(study_page(sample_study(), ""), HasSubstr("share 1.00 [1.00,\u00a01.00]"));
}

TEST(StudyPage, SaysWhereDrivesDoNotTellTwoApart) {
  StudyResult result = sample_study();
  result.grid.drivers.resize(2);
  result.cells.resize(96);
  result.outcomes.resize(96);
  for (std::size_t i = 0; i < 48; ++i) result.outcomes[48 + i] = result.outcomes[i];
  EXPECT_THAT(study_summary(result, study_totals(result)),
              Contains(AllOf(HasSubstr("completed as many; where both completed, its mean deviation is 0.000 m"),
                             HasSubstr("do not tell the two apart"))));
  for (CellOutcome& outcome : result.outcomes) outcome = {};
  EXPECT_THAT(study_summary(result, study_totals(result)),
              ::testing::ElementsAre("No drive was completed.", "96 drives are not there yet and count nowhere."));
}

TEST(StudyPage, WordsCountTheDrivesThatAreThere) {
  StudyResult result = sample_study();
  for (std::size_t i = 0; i < 144; i += 2) result.outcomes[i] = {};
  const std::vector<std::string> sentences = study_summary(result, study_totals(result));
  EXPECT_THAT(sentences.front(), HasSubstr("expert completed 24 of 24 drives"));
  EXPECT_THAT(sentences, Contains("72 drives are not there yet and count nowhere."));
  EXPECT_THAT(study_page(result, ""), AllOf(HasSubstr("<b>24 / 24</b>"), HasSubstr("24 of 48, 24 missing")));
}

TEST(StudyPage, EscapesWhatIsForeign) {
  const std::string page = study_page(sample_study(), "pitlane study run '<x>.yaml' --out results");
  EXPECT_THAT(page,
              AllOf(HasSubstr("<h1>int8 &amp; its &lt;baseline&gt;</h1>"), Not(HasSubstr("<b>static")),
                    Not(HasSubstr("<world>")), Not(HasSubstr("</script>oval")), HasSubstr("&#39;&lt;x&gt;.yaml")));
  const std::string before_scripts = page.substr(0, page.find("id=\"data\""));
  EXPECT_THAT(before_scripts, AllOf(Not(HasSubstr("http:")), Not(HasSubstr("https:")), Not(HasSubstr("url("))))
      << "it must not need a network";
  EXPECT_THAT(page, AllOf(Not(HasSubstr("src=\"")), Not(HasSubstr("fetch("))));
}

TEST(StudyPage, HasEveryDriveInTheTableAndOnTheMap) {
  const StudyResult result = sample_study();
  const std::string page = study_page(result, "");
  EXPECT_EQ(occurrences(page, "<tr data-strategy="), 144U);
  const nlohmann::json data = data_of(page);
  EXPECT_EQ(data["laps"].size(), 143U) << "one was not driven";
  EXPECT_EQ(data["circuits"].size(), 2U);
  EXPECT_EQ(data["conditions"].size(), 3U * 3 * 2);
  const auto& lap = data["laps"][0];
  EXPECT_EQ(lap["path"].size(), 4 * lap["speed"].size());
  // The lap's third quarter: 0.5 m of progress a point, in about 0.2 s.
  EXPECT_GT(lap["speed"][lap["speed"].size() / 2], 500);
  EXPECT_EQ(data["totals"][0]["completion"][0], 75);
  EXPECT_EQ(data["latencies"][1]["ms"], 60);
}

TEST(StudyPage, NothingOfTheClockWithoutTiming) {
  StudyResult other = sample_study(), sample = sample_study();
  for (CellOutcome& outcome : other.outcomes)
    if (outcome.episode) {
      outcome.episode->wall_s = 7;
      outcome.episode->decide_s = {3, 4};
      outcome.origin.machine = "another";
    }
  other.recommendation = sample.recommendation = recommend(other, DecisionTiming::kLeftOut);
  EXPECT_EQ(recommend(sample, DecisionTiming::kLeftOut).reasons, other.recommendation.reasons);
  EXPECT_NE(study_page(other, ""), study_page(sample, ""));
  EXPECT_EQ(study_page(other, "", Timing::kLeftOut), study_page(sample, "", Timing::kLeftOut));
}

TEST(StudyPage, LeavesOutWhatTheStudyDoesNotHave) {
  StudyResult result = sample_study();
  for (StudyDriver& driver : result.grid.drivers) {
    driver.latencies.resize(1);
    driver.courses.resize(1);
  }
  result.cells = study_cells(result.grid);
  result.outcomes.resize(result.cells.size());
  for (CellOutcome& outcome : result.outcomes)
    if (outcome.episode) outcome.episode->trajectory = {};
  EXPECT_THAT(study_page(result, ""),
              AllOf(Not(HasSubstr("How driving decays")), Not(HasSubstr("What perturbations do")),
                    Not(HasSubstr("By circuit")), Not(HasSubstr("id=\"map\"")), HasSubstr("All drives")));
}

}  // namespace
}  // namespace pitlane
