#include "pitlane/report/drive_summary.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>

#include "sample_drives.h"

namespace pitlane {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

std::string same(const std::string& model) { return model; }

TEST(Robustness, CountsAndAveragesByNetworkAndPerturbation) {
  const RobustnessTable table = robustness_table(sample_drives());
  ASSERT_EQ(table.perturbations.size(), 2U);
  EXPECT_EQ(table.perturbations[1].text, "light=0.5");
  ASSERT_EQ(table.rows.size(), 2U);
  const DriveShare& a_plain = table.rows[0].cells[0];
  EXPECT_EQ(a_plain.episodes, 6);
  EXPECT_EQ(a_plain.completed, 4);
  // Means 0.10, 0.16, 0.22 on one circuit, each 0.02 more on the other.
  EXPECT_NEAR(a_plain.mean_deviation_m, 0.17, 1e-12);
  EXPECT_NEAR(a_plain.worst_deviation_m, 4 * 0.24, 1e-12);
  EXPECT_EQ(table.rows[1].cells[1].completed, 4);
  EXPECT_EQ(robustness_text(table, same),
            "robustness  none       dark\n"
            "a.pit       4/6 0.170  4/6 0.270\n"
            "b<i>.pit    6/6 0.170  4/6 0.270\n"
            "Each: drives completed / drives, mean deviation in m (incomplete ones count).\n");
}

TEST(Robustness, IsEmptyWhereNobodyAsked) {
  auto entries = sample_drives();
  for (DriveEntry& entry : entries) entry.perturbation.reset();
  EXPECT_TRUE(robustness_table(entries).rows.empty());
  EXPECT_EQ(robustness_text(robustness_table(entries), same), "");
  EXPECT_THAT(drive_json(entries), Not(HasSubstr("perturbation")));
}

TEST(LatencyDecays, TellTheLargestThatCompletesAndTheFirstThatDoesNot) {
  const std::vector<LatencyDecay> decays = latency_decays(sample_drives());
  ASSERT_EQ(decays.size(), 4U);
  EXPECT_EQ(decays[0].model, "a.pit");
  EXPECT_EQ(decays[0].completes_s, 0.06);
  EXPECT_EQ(decays[0].fails_s, 0.12);
  ASSERT_EQ(decays[0].points.size(), 3U);
  EXPECT_EQ(decays[0].points[1].latency_s, 0.06);
  EXPECT_NEAR(decays[0].points[1].share.mean_deviation_m, 0.17, 1e-12);
  EXPECT_EQ(decays[2].completes_s, 0.12);
  EXPECT_FALSE(decays[2].fails_s);
  EXPECT_EQ(decays[3].completes_s, 0.12) << "in the dark at 60 ms it failed, and at 120 ms it did not";
  EXPECT_EQ(decays[3].fails_s, 0.06);
  const std::string text = latency_text(decays, same);
  EXPECT_THAT(text, AllOf(HasSubstr("a.pit     none          60 ms  "), HasSubstr("120 ms or more"),
                          HasSubstr("120 ms (not at 60 ms)")));
}

TEST(LatencyDecays, NeedTwoLatencies) {
  std::vector<DriveEntry> one;
  for (const DriveEntry& entry : sample_drives())
    if (entry.latency_s == 0.06) one.push_back(entry);
  EXPECT_TRUE(latency_decays(one).empty());
  EXPECT_EQ(latency_text({}, same), "");
  EXPECT_THAT(drive_json(one), Not(HasSubstr("latency_limits")));
}

TEST(LatencyDecays, NoneCompletes) {
  auto entries = sample_drives();
  for (DriveEntry& entry : entries) entry.result.completed = false;
  const LatencyDecay decay = latency_decays(entries).front();
  EXPECT_FALSE(decay.completes_s);
  EXPECT_EQ(decay.fails_s, 0.0);
  EXPECT_THAT(latency_text({decay}, same), HasSubstr("a.pit    none          none"));
}

TEST(DriveJson, HoldsRobustnessAndLatencyLimits) {
  const auto json = nlohmann::json::parse(drive_json(sample_drives()));
  EXPECT_EQ(json.at("episodes").at(3).at("perturbation_name"), "none");
  EXPECT_EQ(json.at("episodes").at(6).at("perturbation"), "light=0.5");
  const auto& robust = json.at("robustness");
  ASSERT_EQ(robust.size(), 4U);
  EXPECT_EQ(robust[1].at("perturbation"), "light=0.5");
  EXPECT_EQ(robust[1].at("completed"), 4);
  const auto& limits = json.at("latency_limits");
  ASSERT_EQ(limits.size(), 4U);
  EXPECT_EQ(limits[0].at("completes_up_to_ms"), 60);
  EXPECT_EQ(limits[0].at("first_failure_ms"), 120);
  EXPECT_TRUE(limits[2].at("first_failure_ms").is_null());
  EXPECT_EQ(limits[0].at("tried").size(), 3U);
  EXPECT_EQ(limits[0].at("tried")[1].at("latency_ms"), 60);
}

TEST(Milliseconds, AreFreeOfBinaryDust) {
  for (int ms = 0; ms <= 400; ++ms) EXPECT_EQ(milliseconds(ms / 1000.0), ms);
}

TEST(DrivePage, IsSelfContainedAndEscapesNames) {
  const std::string page = drive_page(sample_drives(), sample_origin(), same);
  EXPECT_THAT(page,
              AllOf(HasSubstr("b&lt;i&gt;.pit"), HasSubstr("id=\"decay\""), HasSubstr("id=\"robust-deviation\"")));
  EXPECT_THAT(page, AllOf(Not(HasSubstr("<i>.pit")), Not(HasSubstr("src=\"")), Not(HasSubstr("url(http"))));
  const std::string plain = drive_page({sample_drives().front()}, sample_origin(), same);
  EXPECT_THAT(plain, Not(HasSubstr("id=\"decay\"")));
}

TEST(DrivePage, SaysWhoDrivesBestWithEveryFigureAndWhereItComesFrom) {
  std::vector<DriveEntry> entries = sample_drives();
  entries[0].result.off_road_s = 1.25;
  entries[0].result.frames_skipped = 77;
  const std::string page = drive_page(entries, sample_origin(), same);
  // 8 of 12 against 10 of 12.
  EXPECT_THAT(page, AllOf(HasSubstr("<h2 id=\"pick\">b&lt;i&gt;.pit</h2>"), HasSubstr("<b>10 / 12</b>"),
                          HasSubstr("a.pit did not complete 4 of 12 drives: 4 off the road."),
                          HasSubstr("CARLA leaderboard 2.0")));
  EXPECT_THAT(page, AllOf(HasSubstr("<dt>processor</dt><dd>Sample &lt;CPU&gt;</dd>"), HasSubstr("hash 0123abcd"),
                          HasSubstr("<dt>version</dt>"), HasSubstr("pitlane drive &#39;b&lt;i&gt;.pit&#39;")));
  EXPECT_THAT(page, AllOf(HasSubstr("id=\"all-figures\""), HasSubstr("<td>77</td>"), HasSubstr("<td>1.25</td>"),
                          HasSubstr(">Suddenness of w, rad/s</th>"), HasSubstr("id=\"map\"")));
  for (DriveEntry& entry : entries) entry.result.trajectory = {};
  EXPECT_THAT(drive_page(entries, sample_origin(), same), Not(HasSubstr("id=\"map\"")));
}

}  // namespace
}  // namespace pitlane
