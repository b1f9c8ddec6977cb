#include "pitlane/report/study_report.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <string>

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
