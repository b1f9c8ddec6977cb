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

TEST(NetworkBuilder, RunsOfHoursAreRefused) {
  Preprocessing large = tiny_picture();
  large.width = large.height = 4096;
  for (const int window : {4, 600}) {
    NetworkBuilder builder("large");
    const ValueId image = builder.image("camera", large);
    Pool2d pool;
    pool.window_h = pool.window_w = window;
    ValueId x = builder.add("pool", pool, {image});
    pool.window_h = pool.window_w = pool.stride_h = pool.stride_w = 1024;
    x = builder.add("flat", Flatten{}, {builder.add("small", pool, {x})});
    builder.output({.name = "v", .unit = "m/s", .low = 0, .high = 1, .value = x});
    const Result<Network> network = std::move(builder).build();
    EXPECT_EQ(network.ok(), window == 4);
    if (!network.ok()) {
      EXPECT_THAT(network.error().message(), HasSubstr("a run takes more than 1024 thousand million operations"));
    }
  }
}

TEST(NetworkBuilder, OnlyStatesRemember) {
  NetworkBuilder builder("tiny");
  const ValueId image = builder.image("camera", tiny_picture());
  builder.remember(image, image);
  EXPECT_EQ(std::move(builder).build().error().message(), "value 0 is no state, so nothing can be remembered in it");
}

TEST(NetworkBuilder, StatesMustBecomeSomethingOfTheirShape) {
  const auto message = [](const Shape& before, bool remember) {
    NetworkBuilder builder("tiny");
    const ValueId image = builder.image("camera", tiny_picture());
    const ValueId state = builder.state("memory", before);
    const ValueId flat = builder.add("flat", Flatten{}, {image});
    if (remember) builder.remember(state, flat);
    builder.output({.name = "v", .unit = "1", .low = 0, .high = 1, .value = flat});
    const Result<Network> network = std::move(builder).build();
    return network.ok() ? std::string() : network.error().message();
  };
  EXPECT_EQ(message({144}, true), "");
  EXPECT_THAT(message({143}, true), HasSubstr("state 'memory' changes its shape"));
  EXPECT_THAT(message({144}, false), HasSubstr("state 'memory' is never computed"));
}

TEST(NetworkBuilder, AFaultOfTheAuthorComesOut) {
  NetworkBuilder builder("tiny");
  const Error odd = invalid_argument("layer 'x' is odd");  // GCC 12 sees ghosts where it is moved
  builder.fault(odd);
  EXPECT_EQ(std::move(builder).build().error().message(), "layer 'x' is odd");
}

TEST(NetworkBuilder, WithoutOutputsThereIsNoNetwork) {
  NetworkBuilder builder("tiny");
  builder.image("camera", tiny_picture());
  EXPECT_THAT(std::move(builder).build().error().message(), HasSubstr("there is no output"));
}

}  // namespace
}  // namespace pitlane
