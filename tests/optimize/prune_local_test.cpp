// Pruning layer by layer, at once and on the way of a training.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "pitlane/optimize/layers.h"
#include "pitlane/optimize/passes.h"
#include "sketch.h"
#include "small_data.h"

namespace pitlane {
namespace {

using ::testing::HasSubstr;

/// Sorts everything; of equal magnitudes the first go.
std::vector<float> layer_pruned_slowly(std::vector<float> weights, double share) {
  std::vector<std::size_t> order(weights.size());
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
  std::ranges::stable_sort(order, {}, [&](std::size_t i) { return std::abs(weights[i]); });
  order.resize(static_cast<std::size_t>(std::floor(share * static_cast<double>(weights.size()))));
  for (const std::size_t i : order) weights[i] = 0;
  return weights;
}

TEST(PruneLocal, ZeroesTheSmallestOfEachLayerByItself) {
  const Network before = testing::small_network();
  Network after = before;
  ASSERT_TRUE(apply_pass(PruneLocal{0.3, 0.5}, after).ok());
  for (const auto& [name, share] : {std::pair{"conv2", 0.3}, {"conv3", 0.3}, {"dense5", 0.5}, {"dense6", 0.5}})
    EXPECT_EQ(decode_f32(testing::weight_of(after, name)),
              layer_pruned_slowly(decode_f32(testing::weight_of(before, name)), share))
        << name;
  EXPECT_EQ(decode_f32(testing::weight_of(after, "dense7")), decode_f32(testing::weight_of(before, "dense7")))
      << "it makes the outputs";
  EXPECT_EQ(decode_f32(testing::bias_of(after, "conv2")), decode_f32(testing::bias_of(before, "conv2")));
}

TEST(PruneLocal, PrunesASharedWeightOnce) {
  testing::Sketch s(testing::camera(12, 12));
  const ValueId first = s.conv(s.image(), 3, 3, 1, {.padding = {1, 1, 1, 1}});
  const auto weight = static_cast<WeightId>(0);
  const ValueId second = s.conv(first, 3, 3, 1, {.padding = {1, 1, 1, 1}, .weight = weight});
  Network network = s.finish(s.dense(s.flatten(second), 2, {.activation = Activation::kNone}));
  const std::vector<float> before = decode_f32(network.weights[weight]);
  ASSERT_TRUE(apply_pass(PruneLocal{0.5, 0}, network).ok());
  EXPECT_EQ(decode_f32(network.weights[weight]), layer_pruned_slowly(before, 0.5));
}

TEST(PruneLocal, ALayerOfZerosHasNothingToGive) {
  Network network = testing::small_network();
  Weight& zeros = network.weights[std::get<Conv2d>(testing::node_named(network, "conv3").op).weight];
  zeros = make_f32_weight(zeros.name, zeros.shape, std::vector<float>(static_cast<std::size_t>(zeros.size()), 0.0F));
  const Network before = network;
  for (const double share : {0.0, 0.5}) {
    network = before;
    const Status status = apply_pass(PruneLocal{share, share}, network);
    ASSERT_TRUE(status.ok()) << status.error().message();
    EXPECT_EQ(decode_f32(testing::weight_of(network, "conv2")),
              layer_pruned_slowly(decode_f32(testing::weight_of(before, "conv2")), share));
  }
}

TEST(PruneLocal, RefusesSharesOutOfRange) {
  Network network = testing::small_network();
  for (const double share : {-0.1, 1.0, 2.0, std::numeric_limits<double>::quiet_NaN()})
    for (const PruneLocal& pass : {PruneLocal{share, 0.5}, PruneLocal{0.5, share}})
      EXPECT_THAT(apply_pass(pass, network).error().message(),
                  HasSubstr("sparsity must be at least 0 and below 1, is"));
}

TEST(PruneLocal, NamesALayerThatWouldBeEmpty) {
  Network network = testing::small_network();
  Weight& weight = network.weights[std::get<Conv2d>(testing::node_named(network, "conv3").op).weight];
  std::vector<float> values(static_cast<std::size_t>(weight.size()), 0.0F);
  values[5] = 1e-6F;
  values[6] = 1e-7F;
  weight = make_f32_weight(weight.name, weight.shape, values);
  EXPECT_TRUE(apply_pass(PruneLocal{0.5, 0.5}, network).ok()) << "two are left of zeros that were there before";
  for (const Layer& layer : weighted_layers(network)) {
    Weight& zeros = network.weights[layer.weight];
    zeros = make_f32_weight(zeros.name, zeros.shape, std::vector<float>(static_cast<std::size_t>(zeros.size()), 0.0F));
  }
  EXPECT_EQ(apply_pass(PruneLocal{0.5, 0.5}, network).error().message(),
            "Conv2d 'conv2' would lose all of its weights at a sparsity of 50 %; ask for less");
}

TEST(PruneGradually, AsksTheTrainerForAllLayersButTheOutputs) {
  Network network = testing::small_network();
  const Network before = network;
  const testing::SmallData data(network);
  FineTuning seen;
  const FineTuneFn train = [&](const Network& given, const FineTuning& wanted, const ProgressFn& progress) {
    seen = wanted;
    return data.context.fine_tune(given, wanted, progress);
  };
  ASSERT_TRUE(apply_pass(PruneGradually{0.4, 0.6, 5, 1e-2, 0}, network, train, {}).ok());
  EXPECT_EQ(seen.epochs, 5);
  EXPECT_EQ(seen.learning_rate, 1e-2);
  ASSERT_TRUE(seen.pruning);
  EXPECT_EQ(seen.pruning->from, 0.4);
  EXPECT_EQ(seen.pruning->to, 0.6);
  EXPECT_EQ(seen.pruning->weights.size(), 4U);
  for (const char* name : {"conv2", "conv3", "dense5", "dense6"}) {
    const Weight& weight = testing::weight_of(network, name);
    EXPECT_NEAR(sparsity(weight), 0.6, 1.0 / static_cast<double>(weight.size())) << name;
  }
  EXPECT_EQ(sparsity(testing::weight_of(network, "dense7")), 0);
}

TEST(PruneGradually, RefusesATrainerThatPrunesTooLittle) {
  Network network = testing::small_network();
  const std::string before = content_hash(network);
  const FineTuneFn idle = [](const Network& given, const FineTuning&, const ProgressFn&) {
    return Result<Network>(given);
  };
  EXPECT_EQ(apply_pass(PruneGradually{.distillation = 0}, network, idle, {}).error().message(),
            "fine-tuning left 0 of 216 weights of Conv2d 'conv2' zero, and was asked for 80 %");
  EXPECT_EQ(content_hash(network), before);
}

TEST(PruneGradually, RefusesSharesOutOfRange) {
  Network network = testing::small_network();
  EXPECT_EQ(apply_pass(PruneGradually{0.5, 1}, network, {}, {}).error().message(),
            "sparsity must be at least 0 and below 1, is 1.000000");
  EXPECT_EQ(apply_pass(PruneGradually{0.5, 0.25}, network, {}, {}).error().message(),
            "sparsity cannot fall from 50 % to 25 %");
  EXPECT_EQ(apply_pass(PruneGradually{.distillation = 0}, network, {}, {}).error().message(),
            "fine-tuning needs a build with LibTorch and training data");
  EXPECT_EQ(apply_pass(PruneGradually{}, network, {}, {}).error().message(),
            "distillation needs a network to learn from");
}

}  // namespace
}  // namespace pitlane
