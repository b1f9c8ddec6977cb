#include "pitlane/formats/keras/model_order.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace pitlane::keras {
namespace {

using ::testing::ElementsAre;

// tf_keras 2 and Keras 3 list the layers of these models so.
TEST(ModelOrder, FarthestFromTheOutputsFirst) {
  EXPECT_THAT(model_order({{"in", {}}, {"a1", {"in"}}, {"a2", {"a1"}}, {"b", {"in"}}, {"c", {"b", "a2"}}}, {"c"}),
              ElementsAre("in", "a1", "b", "a2", "c"));
  EXPECT_THAT(model_order({{"in", {}}, {"a1", {"in"}}, {"a2", {"a1"}}, {"b", {"in"}}, {"c", {"a2", "b"}}}, {"c"}),
              ElementsAre("in", "a1", "a2", "b", "c"));
}

TEST(ModelOrder, WhatIsReadTwiceStandsWhereItsLongestWayBegins) {
  EXPECT_THAT(model_order({{"in", {}}, {"x", {"in"}}, {"y", {"x"}}, {"sum", {"x", "y"}}}, {"sum"}),
              ElementsAre("in", "x", "y", "sum"));
}

TEST(ModelOrder, SeveralOutputsAreWalkedInTheirOrder) {
  EXPECT_THAT(model_order({{"in", {}}, {"v", {"in"}}, {"w", {"in"}}, {"unused", {"in"}}}, {"w", "v"}),
              ElementsAre("in", "w", "v", "unused"));
}

}  // namespace
}  // namespace pitlane::keras
