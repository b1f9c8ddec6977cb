#include "pitlane/data/command_track.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace pitlane {
namespace {

/// v = 10 t, w = -t, every second.
std::vector<TimedCommand> straight_lines() {
  std::vector<TimedCommand> out;
  for (int t = 0; t < 5; ++t) out.push_back({static_cast<double>(t), {10.0 * t, -1.0 * t}});
  return out;
}

TEST(Nearest, TheCloserOfTwoAndOfEqualsTheEarlier) {
  const auto track = straight_lines();
  EXPECT_EQ(nearest(track, 2.4, 1)->at(0), 20);
  EXPECT_EQ(nearest(track, 2.6, 1)->at(0), 30);
  EXPECT_EQ(nearest(track, 2.5, 1)->at(0), 20);
  EXPECT_EQ(nearest(track, 2, 1)->at(1), -2);
  EXPECT_EQ(nearest(track, -0.9, 1)->at(0), 0);
  EXPECT_EQ(nearest(track, 4.9, 1)->at(0), 40);
}

TEST(Nearest, NothingBeyondTheTolerance) {
  const auto track = straight_lines();
  EXPECT_FALSE(nearest(track, 2.5, 0.4));
  EXPECT_TRUE(nearest(track, 2.5, 0.5));
  EXPECT_FALSE(nearest(track, -1.5, 1));
  EXPECT_FALSE(nearest(track, 5.5, 1));
  EXPECT_FALSE(nearest({}, 0, 1));
}

TEST(Interpolated, LiesOnTheLine) {
  const auto track = straight_lines();
  for (double t = 0; t <= 4; t += 0.0625) {
    ASSERT_TRUE(interpolated(track, t, 1)) << t;
    EXPECT_DOUBLE_EQ(interpolated(track, t, 1)->at(0), 10 * t);
    EXPECT_DOUBLE_EQ(interpolated(track, t, 1)->at(1), -t);
  }
}

TEST(Interpolated, NeedsBothNeighbours) {
  auto track = straight_lines();
  EXPECT_FALSE(interpolated(track, -0.1, 1));
  EXPECT_FALSE(interpolated(track, 4.1, 1));
  EXPECT_FALSE(interpolated(track, 1.3, 0.5));
  EXPECT_TRUE(interpolated(track, 1, 0.5)) << "an exact one needs none";
  track.insert(track.begin() + 2, {1, {77, 0}});  // two commands of the same moment
  EXPECT_EQ(interpolated(track, 1, 1)->at(0), 10);
  EXPECT_FALSE(interpolated({}, 1, 1));
}

}  // namespace
}  // namespace pitlane
