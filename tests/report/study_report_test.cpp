#include "pitlane/report/study_report.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <string>

#include "sample_study.h"

namespace pitlane {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

EpisodeResult lap(double deviation_m, double lap_s) {
  EpisodeResult e;
  e.end = EpisodeEnd::kCompleted;
  e.completed = true;
  e.percentage_completed = 100;
  e.driving_score = 90;
  e.deviation.mean = deviation_m;
  e.lap_time_s = lap_s;
  e.frames_used = 400;
  e.wall_s = 0.25;
  e.decide_s = {0.001, 0.002};
  return e;
}

// Two drivers on one course, two repetitions: 0.1 and 0.2 m; then a crash, and a cell that could not be driven.
StudyResult sample() {
  StudyResult result;
  result.grid.name = "a|b study";
  result.grid.repetitions = 2;
  for (const char* name : {"first", "a,\"b\"|c"}) {
    StudyDriver driver;
    driver.name = name;
    driver.file = "n.pit";
    driver.runtime = "pitlane avx2";
    driver.network_hash = "abc";
    driver.courses.resize(1);
    driver.courses[0].circuit = "ring";
    driver.latencies.resize(1);
    result.grid.drivers.push_back(driver);
  }
  result.cells = study_cells(result.grid);
  result.outcomes.resize(4);
  result.outcomes[0].episode = lap(0.1, 20);
  result.outcomes[1].episode = lap(0.2, 22);
  result.outcomes[2].episode = lap(0.5, 0);
  result.outcomes[2].episode->completed = false;
  result.outcomes[2].episode->end = EpisodeEnd::kOffRoad;
  result.outcomes[2].episode->percentage_completed = 12.34;
  result.outcomes[2].episode->driving_score = 8;
  result.outcomes[3].failure = "no such world";
  return result;
}

TEST(StudyReport, JsonHasTotalsAndEveryCell) {
  const auto document = nlohmann::json::parse(study_json(sample()));
  const auto& first = document["totals"][0];
  EXPECT_EQ(first["completed"], 2);
  EXPECT_NEAR(first["mean_deviation_m"]["mean"].get<double>(), 0.15, 1e-12);
  EXPECT_EQ(first["mean_deviation_m"]["low"], 0.1);
  EXPECT_EQ(first["mean_deviation_m"]["high"], 0.2);
  EXPECT_FALSE(first["completion"].contains("p_value")) << "it is what others are compared with";
  const auto& second = document["totals"][1];
  EXPECT_EQ(second["failed"], 1);
  EXPECT_TRUE(second["mean_deviation_m"].is_null()) << "nothing was completed";
  EXPECT_EQ(second["completion"]["mean_difference"], -1);
  EXPECT_EQ(second["completion"]["p_value"], 0.5);
  EXPECT_EQ(second["driving_score"]["mean"], 4);
  ASSERT_EQ(document["cells"].size(), 4U);
  EXPECT_EQ(document["cells"][1]["repetition"], 2);
  EXPECT_EQ(document["cells"][1]["seed"], 2);
  EXPECT_EQ(document["cells"][0]["timing"]["wall_s"], 0.25);
  EXPECT_EQ(document["cells"][2]["end"], "off_road");
  EXPECT_EQ(document["cells"][3]["failure"], "no such world");
  EXPECT_FALSE(document.contains("conditions")) << "there is one";
}

TEST(StudyReport, TellsFromWhereOnADriveIsOffTheRoad) {
  StudyResult result = sample();
  result.grid.off_road_limit_m = 1.25;
  EXPECT_EQ(nlohmann::json::parse(study_json(result))["study"]["off_road_limit_m"], 1.25);
  EXPECT_THAT(study_page(result, ""), HasSubstr("a drive ends farther than 1.25 m from the line"));
}

TEST(StudyReport, JsonHasWhatTheNetworksAreWeighedBy) {
  const StudyResult study = sample_study();
  const auto timed = nlohmann::json::parse(study_json(study));
  EXPECT_FALSE(timed.contains("recommendation")) << "the clock had a say";
  EXPECT_EQ(timed["timing"]["recommendation"]["network"], "int8 <b>static</b>");
  EXPECT_EQ(timed["timing"]["recommendation"]["reasons"].size(), study.recommendation.reasons.size());
  EXPECT_EQ(timed["timing"]["machine"], "Sample CPU, 2 cores");
  EXPECT_EQ(timed["timing"]["decisions"][0]["decisions"], 48 * 50);
  EXPECT_NEAR(timed["timing"]["decisions"][1]["p50_ms"].get<double>(), 0.66, 0.01);
  EXPECT_EQ(timed["timing"]["machines"][1]["cells"], 24);
  EXPECT_EQ(timed["cells"][0]["timing"]["machine"], "Sample CPU, 2 cores");
  EXPECT_EQ(timed["cells"][0]["timing"]["code"], "0.1.0 0123456789ab");
  const auto untimed = nlohmann::json::parse(study_json(study, Timing::kLeftOut));
  EXPECT_EQ(untimed["recommendation"]["network"], "int8 <b>static</b>");
  ASSERT_EQ(untimed["latency_limits"].size(), 6U);
  EXPECT_EQ(untimed["latency_limits"][0]["completes_up_to_ms"], 60);
  EXPECT_EQ(untimed["latency_limits"][0]["first_failure_ms"], 120);
  EXPECT_EQ(untimed["latency_limits"][5]["completes_up_to_ms"], 120);
  EXPECT_TRUE(untimed["latency_limits"][5]["first_failure_ms"].is_null());
  EXPECT_EQ(untimed["drivers"][1]["published"][0]["strategy"], "static_quan");
  EXPECT_FALSE(untimed["drivers"][2].contains("published"));
  EXPECT_THAT(study_csv(study), AllOf(HasSubstr(",timing_machine,timing_code\r\n"),
                                      HasSubstr(",\"Other <CPU>, 8 cores\",0.1.0 0123456789ab\r\n")));
}

TEST(StudyReport, MarkdownBeginsWithTheRecommendation) {
  const std::string text = study_markdown(sample_study());
  EXPECT_THAT(text, AllOf(HasSubstr("\n\n## Recommendation: int8 <b>static</b>\n\nTake int8 <b>static</b>: it decides "
                                    "in a median of 0.660 ms"),
                          HasSubstr("\n## Totals\n"), HasSubstr("\n## Latency survived\n"),
                          HasSubstr("| baseline           | pitlane avx2 | none              | 60 ")));
  EXPECT_THAT(study_markdown(sample()), AllOf(Not(HasSubstr("## Recommendation")), Not(HasSubstr("## Latency"))));
}

TEST(StudyReport, NothingOfTheClockWithoutTiming) {
  EXPECT_THAT(study_json(sample()), HasSubstr("timing"));
  EXPECT_THAT(study_csv(sample()), HasSubstr("timing"));
  EXPECT_THAT(study_json(sample(), Timing::kLeftOut), Not(HasSubstr("timing")));
  EXPECT_THAT(study_csv(sample(), Timing::kLeftOut), Not(HasSubstr("timing")));
  StudyResult other = sample();
  other.outcomes[0].episode->wall_s = 9;
  other.outcomes[0].episode->decide_s = {5};
  EXPECT_EQ(study_json(other, Timing::kLeftOut), study_json(sample(), Timing::kLeftOut));
  EXPECT_EQ(study_csv(other, Timing::kLeftOut), study_csv(sample(), Timing::kLeftOut));
  EXPECT_EQ(study_markdown(other), study_markdown(sample()));
}

TEST(StudyReport, CsvHasALineForEachCell) {
  const std::string text = study_csv(sample());
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 5);
  EXPECT_THAT(text,
              AllOf(HasSubstr("network,runtime,circuit,held_out,reverse,perturbation,latency,repetition,seed,"),
                    HasSubstr("\r\nfirst,pitlane avx2,ring,no,no,none,none,1,1,yes,completed,,20.0,0,400,0,"),
                    HasSubstr("\r\n\"a,\"\"b\"\"|c\",pitlane avx2,ring,no,no,none,none,1,1,no,off_road,,,0,400,0,"),
                    HasSubstr(",2,2,no,not_driven,no such world,,,,,")));
  // As many commas outside of quotes in the last line as in the first.
  const auto commas = [](const std::string& line) { return std::count(line.begin(), line.end(), ','); };
  const std::string header = text.substr(0, text.find('\r'));
  const std::string last = text.substr(text.rfind("\"a,"));
  EXPECT_EQ(commas(last) - 1, commas(header));
}

TEST(StudyReport, MarkdownShowsWhatWasNotCompleted) {
  const std::string text = study_markdown(sample());
  EXPECT_THAT(
      text,
      AllOf(
          HasSubstr("# a\\|b study\n\n4 drives of 1 lap, seeds 1 to 2."),
          HasSubstr("| first    | pitlane avx2 | 2 of 2           | 1.00 [1.00, 1.00]          | 0.150 [0.100, 0.200] "
                    "| 21.00 [20.00, 22.00] |"),
          HasSubstr("| a,\"b\"\\|c | pitlane avx2 | 0 of 2, 1 failed | 0.00 [0.00, 0.00], p 0.500 | -  "),
          HasSubstr("- a,\"b\"\\|c, ring, repetition 1: off the road after 12.3 %\n"),
          HasSubstr("- a,\"b\"\\|c, ring, repetition 2: could not be driven: no such world\n"),
          Not(HasSubstr("## By latency"))));
}

}  // namespace
}  // namespace pitlane
