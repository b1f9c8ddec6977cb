#include "pitlane/network/builder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace pitlane {
namespace {

using ::testing::HasSubstr;

Preprocessing tiny_picture() {
  Preprocessing p;
  p.source_width = 8;
  p.source_height = 6;
  p.crop = {0, 0, 8, 6};
  p.width = 8;
  p.height = 6;
  return p;
}

TEST(NetworkBuilder, ReportsTheFirstMisfitByLayer) {
  NetworkBuilder builder("tiny");
  const ValueId image = builder.image("camera", tiny_picture());
  const WeightId weight = builder.weight(make_f32_weight("k", {2, 3, 3, 4}, std::vector<float>(72)));
  Conv2d conv;
  conv.weight = weight;
  builder.add("first", conv, {image});
  EXPECT_THAT(std::move(builder).build().error().message(),
              HasSubstr("Conv2d 'first': weight is made for 4 input channels, the input has 3"));
}

TEST(NetworkBuilder, InfersStridedAndPaddedShapes) {
  NetworkBuilder builder("tiny");
  const ValueId image = builder.image("camera", tiny_picture());
  Conv2d conv;
  conv.weight = builder.weight(make_f32_weight("k", {5, 3, 3, 3}, std::vector<float>(135)));
  conv.stride_h = 2;
  conv.stride_w = 3;
  conv.padding = {1, 0, 1, 1};
  EXPECT_EQ(builder.shape(builder.add("c", conv, {image})), (Shape{3, 3, 5}));
}

TEST(NetworkBuilder, WithoutOutputsThereIsNoNetwork) {
  NetworkBuilder builder("tiny");
  builder.image("camera", tiny_picture());
  EXPECT_THAT(std::move(builder).build().error().message(), HasSubstr("there is no output"));
}

}  // namespace
}  // namespace pitlane
