#include "pitlane/optimize/calibration.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "pitlane/optimize/histogram.h"
#include "pitlane/optimize/passes.h"
#include "sketch.h"
#include "small_data.h"

namespace pitlane {
namespace {

using testing::camera;
using ::testing::HasSubstr;
using testing::Sketch;
using testing::SmallData;

TEST(CalibrationSamples, AreSpreadEvenlyOverTheTrainingPart) {
  SmallData data(testing::small_network(), 100);
  data.split.train.clear();
  for (std::int64_t i = 0; i < 100; i += 2) data.split.train.push_back(i);  // 50 samples
  const auto samples = calibration_samples(data.context, 20);
  ASSERT_TRUE(samples.ok()) << samples.error().message();
  ASSERT_EQ(samples->size(), 20U);
  for (std::size_t i = 0; i < 20; ++i)
    EXPECT_EQ((*samples)[i], data.split.train[static_cast<std::size_t>(std::floor(static_cast<double>(i) * 2.5))]);
  EXPECT_EQ(*calibration_samples(data.context, 1000), data.split.train) << "all, where there are fewer";
}

std::string refusal(const StrategyContext& context, int count) {
  const auto samples = calibration_samples(context, count);
  return samples.ok() ? "accepted" : samples.error().message();
}

TEST(CalibrationSamples, RefuseWhatSaysTooLittle) {
  SmallData data(testing::small_network(), 40);
  EXPECT_EQ(refusal({}, 64), "quantisation needs training pictures to measure on; name a recording");
  EXPECT_EQ(refusal(data.context, 15), "quantisation measures on at least 16 training pictures, is asked for 15");
  EXPECT_EQ(refusal(data.context, -1), "quantisation measures on at least 16 training pictures, is asked for -1");
  EXPECT_EQ(refusal(data.context, 16), "accepted");
  data.split.train.resize(15);
  EXPECT_EQ(refusal(data.context, 64),
            "quantisation measures on at least 16 training pictures, there are 15; name a longer recording, or a "
            "--split that "
            "leaves more to train");
  data.split.train.resize(16, 40);
  EXPECT_EQ(refusal(data.context, 64), "the training part names sample 40, the data has 40");
  data.split.train.back() = -1;
  EXPECT_EQ(refusal(data.context, 64), "the training part names sample -1, the data has 40");
  data.split.train.back() = 16;
  std::ranges::fill(data.dataset.pictures, std::uint8_t{7});
  EXPECT_THAT(refusal(data.context, 64), HasSubstr("all 16 calibration pictures are alike"));
  const std::size_t bytes = data.dataset.picture_bytes();
  for (std::size_t picture = 0; picture < 6; ++picture) data.dataset.pictures[picture * bytes] = 10 + picture;
  EXPECT_THAT(refusal(data.context, 64), HasSubstr("of 16 calibration pictures only 7 differ"));
  data.dataset.pictures[6 * bytes] = 100;
  EXPECT_EQ(refusal(data.context, 64), "accepted");
}

/// All layers of the network, ranges from all training samples.
Status calibrate_all(Network& network, const SmallData& data, double percentile = 1) {
  return calibrate(network, quantizable_layers(network), data.dataset, data.split.train, {.percentile = percentile},
                   {});
}

double mean_cubed(const std::vector<float>& values, const ActivationQuantization& q) {
  double sum = 0;
  for (const float x : values) {
    const double level = std::clamp(std::round(static_cast<double>(x) / q.scale) + q.zero_point, 0.0, 255.0);
    sum += std::pow(std::abs(x - q.scale * (level - q.zero_point)), 3);
  }
  return sum;
}

TEST(Calibrate, HiddenRangesAreTheBestForWhatTheReferenceComputes) {
  Network network = testing::small_network();
  ASSERT_TRUE(apply_pass(FoldBatchNorm{}, network).ok());
  const SmallData data(network, 32);
  const Network floats = network;
  ASSERT_TRUE(calibrate_all(network, data).ok());
  for (const char* reader : {"conv3", "dense5"}) {
    const ValueId value = testing::node_named(network, reader).inputs[0];
    ASSERT_TRUE(network.values[value].quantization) << reader;
    const ActivationQuantization chosen = *network.values[value].quantization;
    std::vector<float> seen;
    for (const std::int64_t sample : data.split.train)
      std::ranges::copy(testing::reference_values(floats, data.dataset.picture(sample))[value],
                        std::back_inserter(seen));
    const float high = *std::ranges::max_element(seen);
    EXPECT_LE(chosen.scale, 1.0001F * high / 255);
    EXPECT_EQ(chosen.zero_point, 0) << "behind ReLU nothing is negative";
    double best = mean_cubed(seen, chosen);
    for (int percent = 20; percent <= 100; ++percent)
      best = std::min(best, mean_cubed(seen, quantization_of({0, high * static_cast<float>(percent) / 100})));
    EXPECT_LE(mean_cubed(seen, chosen), 1.02 * best) << reader;
  }
}

TEST(Calibrate, SetsOnlyWhatInt8LayersRead) {
  Network network = testing::small_network();
  ASSERT_TRUE(apply_pass(FoldBatchNorm{}, network).ok());
  const SmallData data(network);
  ASSERT_TRUE(calibrate_all(network, data).ok());
  const auto value_of = [&](const char* node) { return network.values[testing::node_named(network, node).output]; };
  EXPECT_TRUE(value_of("conv2").quantization);
  EXPECT_TRUE(value_of("conv3").quantization);
  EXPECT_EQ(value_of("plain4").quantization, value_of("conv3").quantization) << "Flatten shares its input's";
  EXPECT_FALSE(value_of("dense5").quantization) << "read by a small layer that stays f32";
  EXPECT_FALSE(value_of("dense7").quantization);
}

TEST(Calibrate, ALowerPercentileNarrowsTheRange) {
  Network all = testing::small_network();
  ASSERT_TRUE(apply_pass(FoldBatchNorm{}, all).ok());
  const SmallData data(all);
  Network most = all;
  ASSERT_TRUE(calibrate_all(all, data, 1).ok());
  ASSERT_TRUE(calibrate_all(most, data, 0.95).ok());
  const ValueId value = testing::node_named(all, "conv2").output;
  EXPECT_LT(most.values[value].quantization->scale, 0.9F * all.values[value].quantization->scale);
}

Network one_conv(const Preprocessing& preprocessing, std::vector<float> pad_value = {}) {
  Sketch s(preprocessing);
  const ValueId x = s.conv(s.image(), 4, 3, 1, {.padding = {1, 1, 1, 1}});
  Network network = s.finish(s.dense(x, 2, {}));
  std::get<Conv2d>(network.nodes[0].op).pad_value = std::move(pad_value);
  return network;
}

TEST(Calibrate, CameraBytesAreTakenAsTheyAre) {
  Network network = one_conv(camera(12, 8));
  const SmallData data(network);
  ASSERT_TRUE(calibrate_all(network, data).ok());
  EXPECT_EQ(network.values[0].quantization, (ActivationQuantization{1 / 255.F, 0}));
}

TEST(Calibrate, ChannelsOfTheirOwnScaleShareARangeThatCoversEveryByte) {
  Preprocessing p = camera(12, 8);
  p.scale = {1 / (255 * 0.229F), 1 / (255 * 0.224F), 1 / (255 * 0.225F)};
  p.offset = {-0.485F / 0.229F, -0.456F / 0.224F, -0.406F / 0.225F};
  Network network = one_conv(p);
  const SmallData data(network);
  ASSERT_TRUE(calibrate_all(network, data).ok());
  const ActivationQuantization q = network.values[0].quantization.value();
  for (std::size_t c = 0; c < 3; ++c)
    for (int byte = 0; byte < 256; ++byte) {
      const float x = static_cast<float>(byte) * p.scale[c] + p.offset[c];
      const float level = std::clamp(std::round(x / q.scale) + static_cast<float>(q.zero_point), 0.F, 255.F);
      EXPECT_NEAR(q.scale * (level - static_cast<float>(q.zero_point)), x, 0.52 * q.scale);
    }
}

TEST(Calibrate, ABorderOutsideThePictureIsCovered) {
  Network network = one_conv(camera(12, 8), {-0.5F, 0, 1.5F});
  const SmallData data(network);
  ASSERT_TRUE(calibrate_all(network, data).ok());
  const ActivationQuantization q = network.values[0].quantization.value();
  EXPECT_NEAR(q.scale, 2.0 / 255, 1e-6);
  EXPECT_NEAR(-q.scale * static_cast<float>(q.zero_point), -0.5, 0.51 * q.scale);
}

TEST(Calibrate, ABorderAroundHiddenValuesIsCovered) {
  Network network = testing::small_network();
  ASSERT_TRUE(apply_pass(FoldBatchNorm{}, network).ok());
  auto& conv = std::get<Conv2d>(network.nodes[1].op);
  conv.padding = {1, 0, 0, 0};
  conv.pad_value.assign(8, 0.0F);
  conv.pad_value[3] = 90;
  conv.pad_value[5] = -30;
  network.nodes.resize(2);  // up to that layer: its result is the answer now
  network.outputs.resize(1);
  network.outputs[0].value = network.nodes[1].output;
  network.values[network.nodes[1].output].shape = {5, 10, 12};
  ASSERT_TRUE(validate(network).ok()) << validate(network).error().message();
  const SmallData data(network);
  ASSERT_TRUE(calibrate(network, weighted_layers(network), data.dataset, data.split.train, {}, {}).ok());
  const ActivationQuantization q = network.values[network.nodes[1].inputs[0]].quantization.value();
  EXPECT_NEAR(q.scale, 120.0 / 255, 1e-4);
  EXPECT_NEAR(-q.scale * static_cast<float>(q.zero_point), -30, 0.51 * q.scale);
}

TEST(Calibrate, WhatIsAlwaysZeroMayBecomeMore) {
  // A brake that nobody pressed in the recording: a grid over nothing but zeros would hold it there for good.
  for (const Calibrator calibrator : {Calibrator::kCubedError, Calibrator::kMinMax, Calibrator::kPercentile,
                                      Calibrator::kMse, Calibrator::kEntropy}) {
    Sketch s(camera(12, 8));
    Network network = s.finish(s.dense(s.flatten(s.conv(s.image(), 4, 3, 1, {})), 2, {}));
    const Node& last = network.nodes.back();
    network.weights[std::get<Dense>(last.op).bias] = make_f32_weight("bias", {2}, {-1000, -1000});
    const SmallData data(network);
    ASSERT_TRUE(calibrate(network, integer_layers(network), data.dataset, data.split.train,
                          {.calibrator = calibrator, .all_values = true}, {})
                    .ok());
    EXPECT_EQ(network.values[last.output].quantization, (ActivationQuantization{1 / 255.F, 0}))
        << to_string(calibrator);
  }
}

TEST(Calibrate, NamesTheLayerBehindADeadOne) {
  Network network = testing::small_network();
  ASSERT_TRUE(apply_pass(FoldBatchNorm{}, network).ok());
  const SmallData data(network);
  network.weights[std::get<Conv2d>(network.nodes[0].op).bias] =
      make_f32_weight("bias", {8}, std::vector<float>(8, -1000));
  const Status status = calibrate_all(network, data);
  ASSERT_FALSE(status.ok());
  EXPECT_EQ(status.error().message(),
            "Conv2d 'conv3' reads nothing but zeros on the calibration data, so its range cannot be measured; the "
            "layer before it is dead");
}

}  // namespace
}  // namespace pitlane
