#include "pitlane/measure/behaviour.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

#include "pitlane/measure/line_view.h"

namespace pitlane {
namespace {

TrajectoryPoint point(double time_s, double x_m, double deviation_m = 0) {
  TrajectoryPoint point;
  point.time_s = time_s;
  point.pose.x_m = x_m;
  point.deviation_m = deviation_m;
  return point;
}

TEST(Behaviour, DeviationCountsBothSidesInMetres) {
  const DeviationSummary d = summarize_deviation({point(0, 0, -0.3), point(1, 1, 0.1), point(2, 2, 0.2)});
  EXPECT_NEAR(d.mean, 0.2, 1e-12);
  EXPECT_NEAR(d.total, 0.6, 1e-12);
  EXPECT_NEAR(d.rmse, std::sqrt((0.09 + 0.01 + 0.04) / 3), 1e-12);
  EXPECT_EQ(d.max, 0.3);
}

TEST(Behaviour, TheOldFigureIsTheMeanOfPowersOfAThousand) {
  // 0.29 m everywhere is what BehaviorMetrics prints as 7.41.
  EXPECT_NEAR(summarize_deviation({point(0, 0, 0.29), point(1, 1, -0.29)}).bm_compat, 7.41, 0.01);
}

TEST(Behaviour, SpeedRangeLeavesOutTheStandingStartOnly) {
  const SpeedRange range =
      summarize_speed({point(0, 0), point(0.05, 0), point(0.10, 0.1), point(0.15, 0.1), point(0.20, 0.7)});
  EXPECT_EQ(range.min, 0) << "it stood again later";
  EXPECT_NEAR(range.max, 12, 1e-9);
  EXPECT_NEAR(summarize_speed({point(0, 0), point(0.05, 0.1), point(0.10, 0.5)}).min, 8, 1e-9);
  EXPECT_NEAR(summarize_speed({point(0, 0), point(0.05, 0.1)}).min, 2, 1e-9) << "there is no other step";
  EXPECT_EQ(summarize_speed({}).max, 0);
}

TEST(Behaviour, SuddennessIsTheMeanChangeOfEachOutput) {
  const Suddenness s = summarize_suddenness({{6, 0.5}, {7, -0.5}, {5, -0.5}});
  EXPECT_NEAR(s.v_mps, 1.5, 1e-12);
  EXPECT_NEAR(s.w_radps, 0.5, 1e-12);
  EXPECT_EQ(summarize_suddenness({{6, 0.5}}).v_mps, 0);
}

TEST(Behaviour, FrameAgeOfNoFrameIsZero) {
  EXPECT_EQ(summarize_frame_age({}).max_s, 0);
  const FrameAge age = summarize_frame_age({0.06, 0.02, 0.04});
  EXPECT_NEAR(age.mean_s, 0.04, 1e-12);
  EXPECT_EQ(age.max_s, 0.06);
}

TEST(Behaviour, DrivingScoreIsCompletionTimesPenalties) {
  EpisodeResult result;
  result.percentage_completed = 80;
  result.completed_distance_m = 200;
  result.effective_completed_distance_m = 150;
  EXPECT_NEAR(driving_score(result), 80 * 0.75, 1e-12);
  result.collisions = 1;
  EXPECT_NEAR(driving_score(result), 80 * 0.75 * 0.65, 1e-12);
  EXPECT_EQ(driving_score({}), 0) << "a car that went nowhere";
}

class LineInView : public ::testing::Test {
 protected:
  LineInView() {
    for (int i = -200; i <= 200; ++i) line_.points.push_back({i * 0.25, 0});  // along x
  }
  [[nodiscard]] bool seen(double y_m, double yaw_rad) const { return line_in_view(line_, {0, y_m, yaw_rad}, view_); }

  ReferenceLine line_;
  ViewCone view_{.x_m = 0.4, .y_m = 0, .half_angle_rad = std::numbers::pi / 4, .nearest_m = 0.2, .farthest_m = 15};
};

TEST_F(LineInView, AheadOrAcross) {
  EXPECT_TRUE(seen(0, 0));
  EXPECT_TRUE(seen(-3, 0.5)) << "it runs into the picture from the left";
  EXPECT_TRUE(seen(0, std::numbers::pi)) << "backwards along it";
}

TEST_F(LineInView, NotBehindBesideOrTooFar) {
  EXPECT_FALSE(seen(3, std::numbers::pi / 2)) << "it looks away from the line";
  EXPECT_FALSE(seen(-16, std::numbers::pi / 2)) << "beyond what the camera shows";
  EXPECT_TRUE(seen(-14, std::numbers::pi / 2));
}

}  // namespace
}  // namespace pitlane
