#include "pitlane/study/thin_trajectory.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>

namespace pitlane {
namespace {

TrajectoryPoint at(double x_m, double y_m, double deviation_m = 0) {
  return {.time_s = 0, .pose = {x_m, y_m, 0}, .deviation_m = deviation_m, .progress_m = x_m, .command = {}};
}

TEST(ThinTrajectory, AStraightIsItsEnds) {
  std::vector<TrajectoryPoint> points;
  for (int i = 0; i <= 100; ++i) points.push_back(at(i, 0.5 * i));
  const auto thin = thin_trajectory(points, 0.01, 1000);
  ASSERT_EQ(thin.size(), 2U);
  EXPECT_DOUBLE_EQ(thin.back().pose.x_m, 100);
}

TEST(ThinTrajectory, KeepsAPeakOfTheDeviationThatThePlaceDoesNotShow) {
  std::vector<TrajectoryPoint> points;
  for (int i = 0; i <= 100; ++i) points.push_back(at(i, 0, i == 37 ? 0.8 : 0));
  const auto thin = thin_trajectory(points, 0.01, 1000);
  EXPECT_EQ(std::count_if(thin.begin(), thin.end(), [](const auto& p) { return p.deviation_m == 0.8; }), 1);
}

TEST(ThinTrajectory, WhatIsLeftOutLiesWithinTheTolerance) {
  std::vector<TrajectoryPoint> points;
  for (int i = 0; i <= 2000; ++i) points.push_back(at(0.05 * i, std::sin(0.05 * i)));
  const auto thin = thin_trajectory(points, 0.02, 5000);
  EXPECT_LT(thin.size(), points.size() / 3);
  std::size_t k = 0;
  for (const TrajectoryPoint& p : points) {
    while (thin[k + 1].pose.x_m < p.pose.x_m) ++k;
    const double t = (p.pose.x_m - thin[k].pose.x_m) / (thin[k + 1].pose.x_m - thin[k].pose.x_m);
    // Distance to the chord is below the vertical one by the cosine of its slope, at most 1 / sqrt(2) here.
    EXPECT_NEAR(std::lerp(thin[k].pose.y_m, thin[k + 1].pose.y_m, t), p.pose.y_m, 0.02 * std::sqrt(2.0) + 1e-9);
  }
}

TEST(ThinTrajectory, CoarsensToTheLimitAndKeepsTheEnds) {
  std::vector<TrajectoryPoint> points;
  for (int i = 0; i <= 2000; ++i) points.push_back(at(0.05 * i, std::sin(i)));
  const auto thin = thin_trajectory(points, 0.001, 50);
  EXPECT_LE(thin.size(), 50U);
  EXPECT_DOUBLE_EQ(thin.front().pose.x_m, 0);
  EXPECT_DOUBLE_EQ(thin.back().pose.x_m, 100);
}

TEST(ThinTrajectory, DropsPointsThatAreNotFinite) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  EXPECT_EQ(thin_trajectory({at(0, 0), at(nan, 0), at(2, 5), at(4, 0)}, 0.01, 10).size(), 3U);
  EXPECT_TRUE(thin_trajectory({at(nan, 0)}, 0.01, 10).empty());
  EXPECT_TRUE(thin_trajectory({}, 0.01, 10).empty());
}

TEST(ThinTrajectory, KeepsWhereTheSpeedChangesIfItIsAskedTo) {
  std::vector<TrajectoryPoint> points;
  for (int i = 0; i <= 100; ++i) {
    points.push_back(at(i, 0));
    points.back().command.v_mps = i < 50 ? 3 : 5;
  }
  EXPECT_EQ(thin_trajectory(points, 0.01, 1000).size(), 2U);
  const auto thin = thin_trajectory(points, 0.01, 1000, 0.1);
  ASSERT_EQ(thin.size(), 4U);
  EXPECT_DOUBLE_EQ(thin[1].pose.x_m, 49);
  EXPECT_DOUBLE_EQ(thin[2].pose.x_m, 50);
}

TEST(ThinTrajectory, WhatIsKeptIsRoundedToThousandthsAndBoundedByTheLaps) {
  std::vector<TrajectoryPoint> points;
  for (int i = 0; i <= 3000; ++i) points.push_back(at(0.1 * i, std::sin(1.7 * i), 0.123456));
  const auto one = trajectory_to_keep(points, 1), two = trajectory_to_keep(points, 2);
  EXPECT_LE(one.size(), 400U);
  EXPECT_LE(two.size(), 800U);
  EXPECT_GE(two.size(), one.size());
  for (const TrajectoryPoint& p : two) {
    EXPECT_EQ(p.deviation_m, 0.123);
    EXPECT_EQ(p.pose.y_m, std::round(p.pose.y_m * 1000) / 1000);
  }
}

}  // namespace
}  // namespace pitlane
