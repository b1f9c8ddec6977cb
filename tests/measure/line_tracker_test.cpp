#include "pitlane/measure/line_tracker.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

namespace pitlane {
namespace {

ReferenceLine circle(double radius_m, int points) {
  ReferenceLine line;
  for (int i = 0; i < points; ++i)
    line.points.push_back({radius_m * std::cos(2 * std::numbers::pi * i / points),
                           radius_m * std::sin(2 * std::numbers::pi * i / points)});
  return line;
}

TEST(LineTracker, MeasuresArcSideAndHeadingOnACircle) {
  LineTracker tracker(circle(20, 1000));
  EXPECT_NEAR(tracker.length_m(), 40 * std::numbers::pi, 0.001);
  tracker.locate(20, 0);
  for (double angle = 0.01; angle < 6.2; angle += 0.05) {
    const auto inside = tracker.follow(19 * std::cos(angle), 19 * std::sin(angle));
    EXPECT_NEAR(inside.arc_m, 20 * angle, 0.01);
    EXPECT_NEAR(inside.deviation_m, 1, 0.001) << "the centre is to the left when driving anticlockwise";
    EXPECT_NEAR(std::remainder(inside.heading_rad - angle - std::numbers::pi / 2, 2 * std::numbers::pi), 0, 0.01);
    EXPECT_NEAR(tracker.follow(20.5 * std::cos(angle), 20.5 * std::sin(angle)).deviation_m, -0.5, 0.001);
  }
}

// Two long parallel straights 3 m apart, joined at the ends.
ReferenceLine paper_clip() {
  ReferenceLine line;
  for (int i = 0; i <= 200; ++i) line.points.push_back({i * 0.5, 0});
  for (int i = 200; i >= 0; --i) line.points.push_back({i * 0.5, 3});
  return line;
}

TEST(LineTracker, StaysOnItsStretchWhenAnotherIsNearer) {
  LineTracker tracker(paper_clip());
  EXPECT_NEAR(tracker.locate(50, 0.2).arc_m, 50, 1e-9);
  const auto strayed = tracker.follow(50.5, 2.5);
  EXPECT_NEAR(strayed.arc_m, 50.5, 1e-9);
  EXPECT_NEAR(strayed.deviation_m, 2.5, 1e-9);
  EXPECT_NEAR(tracker.locate(50.5, 2.5).arc_m, 100 + 3 + 49.5, 1e-9) << "locate looks everywhere";
}

TEST(LineTracker, GoesRoundTheJoin) {
  LineTracker tracker(circle(20, 500));
  const double length = tracker.length_m();
  tracker.locate(20 * std::cos(-0.02), 20 * std::sin(-0.02));
  EXPECT_NEAR(tracker.follow(20 * std::cos(-0.01), 20 * std::sin(-0.01)).arc_m, length - 0.2, 0.01);
  EXPECT_NEAR(tracker.follow(20 * std::cos(0.01), 20 * std::sin(0.01)).arc_m, 0.2, 0.01);
  EXPECT_NEAR(tracker.follow(20 * std::cos(-0.01), 20 * std::sin(-0.01)).arc_m, length - 0.2, 0.01);
}

TEST(LineTracker, ShortLinesWithRepeatedPointsWork) {
  ReferenceLine triangle;
  triangle.points = {{0, 0}, {1, 0}, {1, 0}, {0, 1}};
  LineTracker tracker(triangle);
  EXPECT_NEAR(tracker.locate(0.5, 0.1).deviation_m, 0.1, 1e-12);
  EXPECT_NEAR(tracker.follow(0.5, 0.1).arc_m, 0.5, 1e-12);
}

}  // namespace
}  // namespace pitlane
