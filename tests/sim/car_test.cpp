#include "pitlane/sim/car.h"

#include <gtest/gtest.h>

#include <numbers>

namespace pitlane {
namespace {

TEST(MoveOnArc, DrivesStraightAhead) {
  const Pose pose = move_on_arc({1, 2, std::numbers::pi / 6}, {10, 0}, 0.5);
  EXPECT_NEAR(pose.x_m, 1 + 5 * std::cos(std::numbers::pi / 6), 1e-12);
  EXPECT_NEAR(pose.y_m, 2 + 2.5, 1e-12);
  EXPECT_DOUBLE_EQ(pose.yaw_rad, std::numbers::pi / 6);
}

TEST(MoveOnArc, FollowsTheCircleOfRadiusVOverW) {
  // Starts at the origin along x; the circle's centre is (0, R).
  const double v = 7, w = 1.75, radius = v / w;
  for (double t = 0; t < 6; t += 0.037) {
    const Pose pose = move_on_arc({}, {v, w}, t);
    EXPECT_NEAR(pose.x_m, radius * std::sin(w * t), 1e-6);
    EXPECT_NEAR(pose.y_m, radius - radius * std::cos(w * t), 1e-6);
    EXPECT_NEAR(pose.yaw_rad, w * t, 1e-12);
  }
}

TEST(MoveOnArc, PositiveYawRateTurnsLeftAndNegativeRight) {
  EXPECT_GT(move_on_arc({}, {5, 1}, 0.2).y_m, 0);
  EXPECT_LT(move_on_arc({}, {5, -1}, 0.2).y_m, 0);
}

TEST(MoveOnArc, ManySmallStepsGiveOneLargeOne) {
  const Command command{9, -2.3};
  Pose pose{3, -1, 0.4};
  const Pose whole = move_on_arc(pose, command, 2);
  for (int i = 0; i < 1000; ++i) pose = move_on_arc(pose, command, 0.002);
  EXPECT_NEAR(pose.x_m, whole.x_m, 1e-9);
  EXPECT_NEAR(pose.y_m, whole.y_m, 1e-9);
}

TEST(MoveOnArc, IsSmoothWhereTheTurnVanishes) {
  // On both sides of the switch to the series the chord agrees with the exact circle.
  for (const double w : {1e-3, 1.9e-4, 2.1e-4, 1e-5, 1e-9}) {
    const Pose pose = move_on_arc({}, {10, w}, 1);
    EXPECT_NEAR(pose.y_m, 10 * w / 2 * (1 - w * w / 12), 1e-10) << w;
  }
}

TEST(WrapAngle, StaysWithinHalfATurn) {
  EXPECT_NEAR(wrap_angle(7), 7 - 2 * std::numbers::pi, 1e-12);
  EXPECT_NEAR(wrap_angle(-4), -4 + 2 * std::numbers::pi, 1e-12);
}

}  // namespace
}  // namespace pitlane
