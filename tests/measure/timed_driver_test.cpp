#include "pitlane/measure/timed_driver.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>
#include <utility>

#include "pitlane/engine/plan.h"
#include "pitlane/network/builder.h"

namespace pitlane {
namespace {

using ::testing::HasSubstr;

Preprocessing camera(int width, int height, PixelFormat format = PixelFormat::kRgb) {
  Preprocessing p;
  p.source_width = width;
  p.source_height = height;
  p.crop = {0, 0, width, height};
  p.width = p.height = 2;
  p.format = format;
  p.scale.resize(static_cast<std::size_t>(channels_of(format)), 1.F / 255);
  p.offset.resize(p.scale.size());
  return p;
}

/// One dense layer over the pictures of all cameras.
Network network_of(const std::vector<Preprocessing>& cameras, float weight = 0.1F) {
  NetworkBuilder builder("timed");
  std::vector<ValueId> flat;
  int inputs = 0;
  for (const Preprocessing& p : cameras) {
    const std::string name = "camera" + std::to_string(flat.size());
    flat.push_back(builder.add("flat-" + name, Flatten{}, {builder.image(name, p)}));
    inputs += 4 * channels_of(p.format);
  }
  const ValueId all = flat.size() == 1 ? flat[0] : builder.add("all", Concat{}, flat);
  Dense dense;
  dense.weight =
      builder.weight(make_f32_weight("w", {1, inputs}, std::vector<float>(static_cast<std::size_t>(inputs), weight)));
  builder.output({"v", "m/s", 0, 10, builder.add("dense", dense, {all}), 0});
  return std::move(builder).build().value();
}

Result<std::unique_ptr<TimedDriver>> driver_of(const Network& network) {
  return TimedDriver::create(network, compile(network).value()->new_session());
}

TEST(TimedDriver, AnswersFrameAfterFrame) {
  for (const PixelFormat format : {PixelFormat::kRgb, PixelFormat::kBgr, PixelFormat::kGrey, PixelFormat::kGreen}) {
    auto driver = driver_of(network_of({camera(32, 24, format)}));
    ASSERT_TRUE(driver.ok()) << driver.error().message();
    for (int i = 0; i < 5; ++i) EXPECT_EQ((*driver)->step(), StepStatus::kOk) << to_string(format);
  }
}

TEST(TimedDriver, WhatGivesNoAnswerIsNotTimed) {
  const auto driver = driver_of(network_of({camera(32, 24)}, std::numeric_limits<float>::max()));
  ASSERT_FALSE(driver.ok());
  EXPECT_THAT(driver.error().message(), HasSubstr("not finite"));
}

TEST(TimedDriver, SeveralCamerasAndHugeFramesAreRefused) {
  const auto two = driver_of(network_of({camera(32, 24), camera(32, 24)}));
  ASSERT_FALSE(two.ok());
  EXPECT_THAT(two.error().message(), HasSubstr("more than one camera"));
  const auto huge = driver_of(network_of({camera(16384, 16384)}));
  ASSERT_FALSE(huge.ok());
  EXPECT_EQ(huge.error().message(), "a frame of its camera has 805306368 bytes; at most 64 MiB are made up");
}

}  // namespace
}  // namespace pitlane
