#include "pitlane/data/sessions.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

namespace pitlane {
namespace {

using ::testing::ElementsAre;

std::vector<RecordingRow> rows_at(const std::vector<double>& times) {
  std::vector<RecordingRow> out(times.size());
  for (std::size_t i = 0; i < times.size(); ++i) out[i].time_s = times[i];
  return out;
}

std::vector<int> sessions(const std::vector<double>& times) {
  auto rows = rows_at(times);
  assign_sessions_by_time(rows);
  std::vector<int> out;
  for (const RecordingRow& row : rows) out.push_back(row.session);
  return out;
}

TEST(Sessions, BeginAtGapsAndWhereTimeGoesBack) {
  EXPECT_THAT(sessions({0, 0.05, 0.1, 3, 3.05, 3.1, 0.2, 0.25}), ElementsAre(0, 0, 0, 1, 1, 1, 2, 2));
  EXPECT_THAT(sessions({0, 0.05, 2.05, 2.1}), ElementsAre(0, 0, 0, 0)) << "2 s are no gap yet";
}

TEST(Sessions, ASlowCameraIsNotAGapAtEachFrame) { EXPECT_THAT(sessions({0, 3, 6, 9, 50}), ElementsAre(0, 0, 0, 0, 1)); }

TEST(Sessions, WithoutTimesThereIsOne) { EXPECT_THAT(sessions({0, 0, 0}), ElementsAre(0, 0, 0)); }

TEST(Times, UnitFollowsFromTheMedianStep) {
  for (const double unit : {1.0, 1e3, 1e6, 1e9}) {
    auto rows = rows_at({10 * unit, 10.05 * unit, 10.1 * unit, 14 * unit});
    convert_times_to_seconds(rows);
    EXPECT_NEAR(rows[1].time_s, 10.05, 1e-6) << unit;
    EXPECT_NEAR(rows[3].time_s, 14, 1e-6) << unit;
  }
}

TEST(TimeOfName, ReadsTheSimulatorsNames) {
  const double time = time_of_name("center_2018_07_16_17_11_43_382.jpg");
  EXPECT_NEAR(time, 1531761103.382, 1e-4);  // date -u -d '2018-07-16 17:11:43' +%s
  EXPECT_NEAR(time_of_name("left_2018_07_17_00_00_00_000.jpg") - time_of_name("left_2018_07_16_23_59_59_500.jpg"), 0.5,
              1e-6);
  for (const char* name : {"", "center.jpg", "center_2018_07_16.jpg", "c_2018_13_16_17_11_43_382.jpg",
                           "c_2018_07_16_17_11_x_382.jpg", "2018_07_16_17_11_43_382.jpg", "c_2018_02_30_1_1_1_1.jpg"})
    EXPECT_TRUE(std::isnan(time_of_name(name))) << name;
}

}  // namespace
}  // namespace pitlane
