#include "pitlane/search/recommend_study.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace pitlane {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

// One course, driven `repetitions` times; every drive completed, 0.1 m from the line, 1 ms a decision, until a test
// says otherwise.
class StudyOf {
 public:
  StudyOf(std::initializer_list<const char*> networks, int repetitions) {
    result_.grid.repetitions = repetitions;
    for (const char* name : networks) add(name, std::string(name) + ".pit");
    result_.cells = study_cells(result_.grid);
    EpisodeResult drive;
    drive.completed = true;
    drive.end = EpisodeEnd::kCompleted;
    drive.deviation.mean = 0.1;
    drive.decide_s = {0.001, 0.001, 0.001};
    for (std::size_t i = 0; i < result_.cells.size(); ++i) result_.outcomes.push_back({drive, "", {"here", "1"}});
  }

  StudyDriver& driver(std::size_t index) { return result_.grid.drivers[index]; }
  template <typename Change>
  StudyOf& each(std::size_t driver, const Change& change) {
    for (std::size_t i = 0; i < result_.cells.size(); ++i)
      if (result_.cells[i].driver == driver) change(result_.outcomes[i], result_.cells[i].repetition);
    return *this;
  }
  StudyOf& decides(std::size_t driver, double seconds) {
    return each(driver, [=](CellOutcome& o, int) { o.episode->decide_s = {seconds, seconds}; });
  }
  StudyOf& keeps(std::size_t driver, double metres) {
    return each(driver, [=](CellOutcome& o, int) { o.episode->deviation.mean = metres; });
  }
  StudyOf& loses(std::size_t driver, int drives) {
    return each(driver, [=](CellOutcome& o, int repetition) {
      if (repetition < drives) o.episode->completed = false;
    });
  }
  /// Completed by all.
  void add_course() {
    const std::vector<CellOutcome> before = std::move(result_.outcomes);
    result_.outcomes.clear();
    for (StudyDriver& driver : result_.grid.drivers) driver.courses.resize(2);
    result_.cells = study_cells(result_.grid);
    const auto repetitions = static_cast<std::size_t>(result_.grid.repetitions);
    for (const StudyCell& cell : result_.cells) {
      result_.outcomes.push_back(before[cell.driver * repetitions + static_cast<std::size_t>(cell.repetition)]);
      if (cell.course == 1) result_.outcomes.back().episode->completed = true;
    }
  }
  [[nodiscard]] StudyRecommendation recommended(DecisionTiming timing = DecisionTiming::kCounts) const {
    return recommend(result_, timing);
  }

 private:
  void add(const std::string& name, const std::string& file) {
    StudyDriver driver;
    driver.name = driver.key = name;
    driver.file = name == "expert" ? "" : file;
    driver.size_bytes = 1'000'000;
    driver.courses.resize(1);
    driver.latencies.resize(1);
    result_.grid.drivers.push_back(driver);
  }

  StudyResult result_;
};

TEST(RecommendStudy, TheFastestOfThoseThatDriveAsWell) {
  StudyOf study({"baseline", "int8", "expert"}, 10);
  study.driver(1).size_bytes = 250'000;
  const StudyRecommendation r = study.decides(1, 0.00025).keeps(1, 0.12).decides(2, 1e-6).recommended();
  EXPECT_EQ(r.driver, 1U) << "the expert is no network";
  EXPECT_TRUE(r.timed);
  EXPECT_THAT(
      r.reasons,
      ElementsAre(
          "Take int8: it decides in a median of 0.250 ms, 4.0 times as fast as baseline, and its file has 0.250 "
          "MB, 25 % of baseline's; no other that drives as well is faster.",
          "It completed 10 of 10 drives, on average 0.120 m from the line. The safest network, baseline, completed 10 "
          "of 10 drives, on average 0.100 m from it. On the same drives int8 completed as many; where both "
          "completed, it was 0.020 m farther from the line (p 0.002). Where baseline completed every repetition, it "
          "completed 10 of 10."));
}

TEST(RecommendStudy, WhoLosesDrivesOrStraysIsLeftOutWithTheReason) {
  StudyOf study({"baseline", "wobbly", "lost", "hopeless"}, 10);
  study.keeps(1, 0.151).loses(2, 1).loses(3, 10);
  for (const std::size_t fast : {1, 2, 3}) study.decides(fast, 1e-5);
  const StudyRecommendation r = study.recommended();
  EXPECT_EQ(r.driver, 0U);
  EXPECT_THAT(r.reasons,
              AllOf(Contains(AllOf(HasSubstr("Stay with baseline: it decides in a median of 1.00 ms, and its file has "
                                             "1.00 MB. It is the only network that drives this well."))),
                    Contains("Left out: wobbly (keeps 0.051 m farther from the line, p 0.002); lost (loses 1 of 10 "
                             "drives where baseline completes every repetition); hopeless (completes no drive).")));
}

TEST(RecommendStudy, AFewLostDrivesOfManyAreChanceUntilTheTestSaysOtherwise) {
  const auto winner = [](int lost) {
    return StudyOf({"baseline", "fast"}, 600).decides(1, 1e-4).loses(1, lost).recommended().driver;
  };
  EXPECT_EQ(winner(5), 1U) << "p 0.0625";
  EXPECT_EQ(winner(6), 0U) << "1 % less, p 0.03";
}

// A drive that the safest completed by luck, where it loses the other, is not held against those who lose both.
TEST(RecommendStudy, LuckUnderHopelessConditionsDoesNotCount) {
  StudyOf study({"baseline", "fast"}, 4);
  study.decides(1, 1e-4).loses(0, 3).loses(1, 4);
  EXPECT_EQ(study.recommended().driver, 0U) << "one course, and fast completes no drive of it";
  study.add_course();
  EXPECT_EQ(study.recommended().driver, 1U) << "a second course, which both complete";
  EXPECT_THAT(study.recommended().reasons[1],
              AllOf(HasSubstr("fast completed 12.5 percentage points less (p 1.000)"),
                    HasSubstr(" Where baseline completed every repetition, it completed 4 of 4.")));
}

TEST(RecommendStudy, EquallyFastTheSmallerFileEquallySmallTheSmallerDeviation) {
  StudyOf study({"a", "b", "c"}, 3);
  study.decides(0, 0.00104);
  study.driver(1).size_bytes = study.driver(2).size_bytes = 900'000;
  study.keeps(1, 0.11).keeps(2, 0.109);
  const StudyRecommendation r = study.recommended();
  EXPECT_EQ(r.driver, 2U);
  EXPECT_THAT(r.reasons.front(), HasSubstr("and b, as fast and as small, keeps no closer to the line."));
}

TEST(RecommendStudy, WithoutTimesTheFileDecides) {
  StudyOf study({"a", "b"}, 3);
  study.driver(1).size_bytes = 500'000;
  study.decides(0, 1e-5);
  EXPECT_EQ(study.recommended().driver, 0U);
  const StudyRecommendation r = study.recommended(DecisionTiming::kLeftOut);
  EXPECT_EQ(r.driver, 1U);
  EXPECT_FALSE(r.timed);
  EXPECT_THAT(r.reasons.front(),
              "Take b: its file has 0.500 MB, 50 % of a's; no other that drives as well is smaller.");
  study.each(0, [](CellOutcome& o, int) { o.episode->decide_s = {7}; });
  EXPECT_EQ(study.recommended(DecisionTiming::kLeftOut).reasons, r.reasons);
}

TEST(RecommendStudy, TimesOfTwoMachinesAreNotCompared) {
  StudyOf study({"a", "b"}, 4);
  study.driver(1).size_bytes = 500'000;
  study.each(1, [](CellOutcome& o, int) { o.origin.machine = "there"; }).decides(0, 1e-5);
  StudyRecommendation r = study.recommended();
  EXPECT_EQ(r.driver, 1U) << "by its file";
  EXPECT_FALSE(r.timed);
  EXPECT_THAT(r.reasons, Contains("Times do not count here: no machine drove all of these networks."));
  // One drive of b here is enough to compare; its times there, however short, are no part of it.
  study.each(1, [](CellOutcome& o, int repetition) {
    o.episode->decide_s = {repetition == 0 ? 1e-3 : 1e-7};
    if (repetition == 0) o.origin.machine = "here";
  });
  r = study.recommended();
  EXPECT_EQ(r.driver, 0U);
  EXPECT_THAT(r.reasons, Contains("Times are those of the drives on here."));
}

TEST(RecommendStudy, SaysNothingWhereThereIsNothingToChoose) {
  EXPECT_THAT(StudyOf({"a", "expert"}, 2).recommended().reasons, IsEmpty());
  StudyOf none({"a", "b"}, 2);
  none.each(0, [](CellOutcome& o, int) { o = {}; }).each(1, [](CellOutcome& o, int) { o = {}; });
  EXPECT_THAT(none.recommended().reasons, IsEmpty()) << "nothing was driven yet";
  const StudyRecommendation r = StudyOf({"a", "b"}, 2).loses(0, 2).loses(1, 2).recommended();
  EXPECT_FALSE(r.driver.has_value());
  EXPECT_THAT(r.reasons, ElementsAre("No network can be recommended: none of the 2 completed a drive."));
}

}  // namespace
}  // namespace pitlane
