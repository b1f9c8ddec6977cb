#include "pitlane/sim/sim_world.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>
#include <vector>

#include "frame_of.h"
#include "small_circuits.h"

namespace pitlane {
namespace {

TEST(SimWorld, StartsAtRestOnTheLineWithinItsJitter) {
  SimWorld world(oval_track(), {});
  for (std::uint64_t seed = 1; seed < 20; ++seed) {
    ASSERT_TRUE(world.reset(seed).ok());
    EXPECT_EQ(world.time_s(), 0);
    EXPECT_NEAR(world.pose().x_m, 8, 0.02);
    EXPECT_LE(std::abs(world.pose().y_m), 0.1);
    EXPECT_LE(std::abs(world.pose().yaw_rad), 0.051);
    ASSERT_TRUE(world.advance_to(1).ok());
    EXPECT_NEAR(world.pose().x_m, 8, 0.02);
  }
}

TEST(SimWorld, SameSeedSameBytesOtherSeedOtherBytes) {
  SimWorld a(oval_track(), {}), b(oval_track(), {});
  for (SimWorld* world : {&a, &b}) {
    ASSERT_TRUE(world->reset(4).ok());
    world->act({8, 0.5});
    ASSERT_TRUE(world->advance_to(0.35).ok());
  }
  EXPECT_EQ(a.pose().x_m, b.pose().x_m);
  EXPECT_EQ(frame_of(a), frame_of(b));
  ASSERT_TRUE(b.reset(5).ok());
  b.place(a.pose());
  EXPECT_NE(frame_of(a), frame_of(b));
}

TEST(SimWorld, PoseDoesNotDependOnTheStepsInBetween) {
  SimWorld a(oval_track(), {}), b(oval_track(), {});
  ASSERT_TRUE(a.reset(1).ok());
  ASSERT_TRUE(b.reset(1).ok());
  a.act({9, 0.7});
  b.act({9, 0.7});
  ASSERT_TRUE(a.advance_to(1.0).ok());
  for (int i = 1; i <= 77; ++i) ASSERT_TRUE(b.advance_to(i == 77 ? 1.0 : i / 77.0).ok());
  EXPECT_EQ(a.pose().x_m, b.pose().x_m);
  EXPECT_EQ(a.pose().yaw_rad, b.pose().yaw_rad);
}

TEST(SimWorld, SpeedIsObservedAndFramesAreTimed) {
  SimWorld world(oval_track(), {});
  world.act({12, 0});
  ASSERT_TRUE(world.advance_to(0.1).ok());
  const auto observation = world.observe();
  ASSERT_TRUE(observation.ok());
  EXPECT_EQ(observation->time_s, 0.1);
  EXPECT_EQ(observation->speed_mps, 12);
  EXPECT_EQ(observation->frames.size(), 1U);
}

TEST(SimWorld, ReversedLooksTheOtherWay) {
  SimOptions options;
  options.reverse = true;
  options.start_side_m = options.start_heading_rad = 0;
  SimWorld world(oval_track(), options);
  EXPECT_NEAR(std::abs(world.pose().yaw_rad), std::numbers::pi, 0.02);
  EXPECT_THAT(world.description(), ::testing::HasSubstr("reversed"));
}

TEST(SimWorld, RefusesToGoBackInTimeAndCommandsThatAreNotFinite) {
  SimWorld world(oval_track(), {});
  ASSERT_TRUE(world.advance_to(1).ok());
  const Status back = world.advance_to(0.5);
  ASSERT_FALSE(back.ok());
  EXPECT_THAT(back.error().message(), ::testing::HasSubstr("cannot go to 0.5 s"));
  EXPECT_FALSE(world.advance_to(std::numeric_limits<double>::quiet_NaN()).ok());
  world.act({std::numeric_limits<double>::quiet_NaN(), 0});
  EXPECT_EQ(world.advance_to(2).error().kind(), ErrorKind::kNumeric);
}

}  // namespace
}  // namespace pitlane
