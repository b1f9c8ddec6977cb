#include "pitlane/network/preprocessing.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace pitlane {
namespace {

TEST(Preprocessing, DefaultIsTheJdeRobotCar) { EXPECT_TRUE(validate(Preprocessing{}).ok()); }

TEST(Preprocessing, WrongChannelCountIsNamed) {
  Preprocessing p;
  p.format = PixelFormat::kGrey;
  EXPECT_THAT(validate(p).error().message(), ::testing::HasSubstr("one value per channel (1)"));
}

TEST(Preprocessing, AbsurdSizesAreRefused) {
  Preprocessing p;
  p.width = 1 << 20;
  EXPECT_THAT(validate(p).error().message(), ::testing::HasSubstr("1 to 16384 pixels"));
}

}  // namespace
}  // namespace pitlane
