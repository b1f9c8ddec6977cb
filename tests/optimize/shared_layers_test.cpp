// Every pass and strategy on a network that is no chain: layers that stand in it several times, groups, gates, memory.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "pitlane/network/recurrent.h"
#include "pitlane/optimize/bias_correction.h"
#include "pitlane/optimize/calibration.h"
#include "pitlane/optimize/layers.h"
#include "pitlane/optimize/passes.h"
#include "pitlane/optimize/recipe_changes.h"
#include "pitlane/optimize/strategy.h"
#include "sketch.h"
#include "small_data.h"

namespace pitlane {
namespace {

using testing::camera;
using ::testing::HasSubstr;
using testing::Sketch;
using testing::SmallData;

/// The same normalisation and the same convolution on both halves of the picture, a depthwise and a pointwise
/// convolution, a convolutional LSTM with memory, a pooled shortcut, speeds of two ages and a command, two heads
/// joined.
Network branched_network() {
  Sketch s(camera(24, 12));
  NetworkBuilder& b = s.builder();
  const ValueId first_norm = s.norm(s.image());  // gives its weights; dead itself
  (void)first_norm;
  const BatchNorm norm{0, 1, 2, 3};
  Conv2d conv;
  conv.weight = s.uniform("conv", {8, 3, 3, 3}, 0.4);
  conv.bias = s.uniform("conv.bias", {8}, 0.1);
  conv.activation = Activation::kRelu;
  std::vector<ValueId> halves;
  for (const std::int64_t left : {0, 12}) {
    const std::string name = left == 0 ? "left" : "right";
    const ValueId half = b.add(name, Slice{{0, left, 0}, {12, left + 12, 3}}, {s.image()});
    halves.push_back(b.add(name + ".conv", conv, {b.add(name + ".norm", norm, {half})}));
  }
  ValueId x = b.add("both", Concat{}, halves);
  Conv2d depthwise;
  depthwise.groups = 16;
  depthwise.weight = s.uniform("depthwise", {16, 3, 3, 1}, 0.6);
  x = s.norm(b.add("depthwise", depthwise, {x}));
  x = s.conv(x, 12, 1, 1, {});
  LstmCell cell;
  Conv2d input, recurrent;
  input.padding = recurrent.padding = {1, 1, 1, 1};
  input.weight = s.uniform("lstm.input", {24, 3, 3, 12}, 0.2);
  input.bias = s.uniform("lstm.bias", {24}, 0.2);
  recurrent.weight = s.uniform("lstm.recurrent", {24, 3, 3, 6}, 0.3);
  cell.input = input;
  cell.recurrent = recurrent;
  const Shape shape = {b.shape(x)[0], b.shape(x)[1], 6};
  const LstmState before{b.state("hidden", shape), b.state("cell", shape)};
  const LstmState after = add_lstm_step(b, "lstm", cell, x, before);
  b.remember(before.hidden, after.hidden);
  b.remember(before.cell, after.cell);
  Pool2d all;
  all.kind = PoolKind::kAverage;
  all.window_h = static_cast<int>(shape[0]);
  all.window_w = static_cast<int>(shape[1]);
  const ValueId pooled = b.add("pooled", Reshape{{12}}, {b.add("pool", all, {x})});
  x = s.dense(s.flatten(after.hidden), 24, {});
  const ValueId speeds = b.vector("speed", InputKind::kSpeed, 2, 0.05F, {0, 2});
  const ValueId command = b.vector("command", InputKind::kCommand, 4);
  x = b.add("with shortcut", Concat{}, {x, pooled, speeds, command});
  const ValueId v = s.dense(x, 1, {.activation = Activation::kNone});
  const ValueId w = s.dense(x, 1, {.activation = Activation::kNone});
  return s.finish(b.add("answer", Concat{}, {v, w}));
}

std::vector<std::int64_t> first_samples(std::int64_t count) {
  std::vector<std::int64_t> samples;
  for (std::int64_t i = 0; i < count; ++i) samples.push_back(i);
  return samples;
}

/// Root mean square of the difference over a drive, by that of the answers' spread.
double relative_error(const Network& a, const Network& b, const Dataset& dataset) {
  const std::vector<std::int64_t> drive = first_samples(24);
  const auto x = testing::engine_answers(a, dataset, drive), y = testing::engine_answers(b, dataset, drive);
  double error = 0, mean = 0, squares = 0, count = 0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    for (std::size_t k = 0; k < x[i].size(); ++k) {
      error += std::pow(static_cast<double>(x[i][k]) - y[i][k], 2);
      mean += x[i][k];
      squares += std::pow(static_cast<double>(x[i][k]), 2);
      ++count;
    }
  }
  return std::sqrt(error / std::max(1e-12, squares - mean * mean / count));
}

std::ptrdiff_t norms(const Network& network) {
  return std::ranges::count_if(network.nodes,
                               [](const Node& node) { return std::holds_alternative<BatchNorm>(node.op); });
}

WeightId weight_id(const Network& network, const std::string& node) {
  return *weight_fields(testing::node_named(network, node).op)[0];
}
WeightId bias_id(const Network& network, const std::string& node) {
  return *weight_fields(testing::node_named(network, node).op)[1];
}

TEST(SharedLayers, AreFoldedInAllPlacesAtOnce) {
  const Network network = branched_network();
  const SmallData data(network);
  Network folded = network;
  ASSERT_TRUE(apply_pass(FoldBatchNorm{}, folded).ok());
  EXPECT_EQ(norms(network) - norms(folded), 3) << "left, right, and the one behind the depthwise convolution";
  EXPECT_EQ(weight_id(folded, "left.conv"), weight_id(folded, "right.conv"));
  EXPECT_EQ(bias_id(folded, "left.conv"), bias_id(folded, "right.conv"));
  EXPECT_LT(relative_error(network, folded, data.dataset), 1e-4);
}

TEST(SharedLayers, StayNormalisedWhereTheirPlacesDiffer) {
  Network network = branched_network();
  Node& right = *std::ranges::find(network.nodes, std::string("right.norm"), &Node::name);
  std::get<BatchNorm>(right.op).epsilon = 0.5F;
  Network folded = network;
  ASSERT_TRUE(apply_pass(FoldBatchNorm{}, folded).ok());
  EXPECT_EQ(norms(network) - norms(folded), 1);
  EXPECT_LT(relative_error(network, folded, SmallData(network).dataset), 1e-4);
}

TEST(SharedLayers, GroupsAreFoldedChannelByChannel) {
  for (const Padding& padding : {Padding{}, Padding{1, 1, 0, 1}}) {
    Sketch s(camera(9, 7));
    ValueId x = s.conv(s.image(), 6, 3, 1, {});
    Conv2d grouped;
    grouped.groups = 3;
    grouped.padding = padding;
    grouped.weight = s.uniform("grouped", {9, 3, 3, 2}, 0.5);
    x = s.builder().add("grouped", grouped, {s.norm(x)});
    const Network network = s.finish(s.dense(s.norm(x), 2, {.activation = Activation::kNone}));
    Network folded = network;
    ASSERT_TRUE(apply_pass(FoldBatchNorm{}, folded).ok());
    EXPECT_EQ(norms(folded), 0);
    const auto picture = testing::random_picture(network, 3);
    EXPECT_LT(testing::largest_difference(testing::reference_answer(network, picture),
                                          testing::reference_answer(folded, picture)),
              1e-4);
  }
}

TEST(SharedLayers, ReshapesAreLookedThroughInFrontOfADenseLayerOnly) {
  Sketch dense(camera(9, 7));
  ValueId x = dense.builder().add("turn", Reshape{{9, 21}}, {dense.norm(dense.image())});
  EXPECT_EQ(norms([&] {
              Network network = dense.finish(dense.dense(x, 2, {}));
              EXPECT_TRUE(apply_pass(FoldBatchNorm{}, network).ok());
              return network;
            }()),
            0);
  Sketch conv(camera(9, 7));
  x = conv.builder().add("turn", Reshape{{7, 3, 9}}, {conv.norm(conv.image())});
  EXPECT_EQ(norms([&] {
              Network network = conv.finish(conv.conv(x, 2, 1, 1, {}));
              EXPECT_TRUE(apply_pass(FoldBatchNorm{}, network).ok());
              return network;
            }()),
            1);
}

TEST(SharedLayers, GatesForgiveRoundingAndJoinedHeadsDoNot) {
  const Network network = branched_network();
  std::vector<std::string> makers;
  for (const Node& node : network.nodes)
    if (makes_output(network, node)) makers.push_back(node.name);
  EXPECT_EQ(makers.size(), 2U) << "the two heads";
  std::vector<std::string> bytes;
  for (const Layer& layer : quantizable_layers(network)) bytes.push_back(network.nodes[layer.node].name);
  EXPECT_THAT(bytes, ::testing::IsSupersetOf({"left.conv", "right.conv", "depthwise", "lstm.gates", "lstm.recurrent"}));
}

TEST(SharedLayers, AWeightThatAlsoMakesAnOutputIsLeftAlone) {
  Sketch s(camera(12, 8));
  const WeightId shared = s.uniform("shared", {288, 288}, 0.1);
  const ValueId x = s.dense(s.image(), 288, {.weight = shared});
  Network network = s.finish(s.dense(s.dense(x, 288, {}), 288, {.weight = shared}));
  for (const Layer& layer : quantizable_layers(network)) EXPECT_NE(layer.weight, shared);
  EXPECT_EQ(quantizable_layers(network).size(), 1U);
  const std::vector<float> before = decode_f32(network.weights[shared]);
  ASSERT_TRUE(apply_pass(PruneGlobal{0.5}, network).ok());
  EXPECT_EQ(decode_f32(network.weights[shared]), before);
}

TEST(SharedLayers, ArePrunedOnce) {
  Network network = branched_network();
  ASSERT_TRUE(apply_pass(PruneGlobal{0.6}, network).ok());
  std::int64_t zeros = 0, all = 0;
  for (const Weight& weight : network.weights) {
    if (weight.shape.size() < 2 || weight.shape[0] == 1) continue;  // the heads
    zeros += std::ranges::count(weight.f32(), 0.0F);
    all += weight.size();
  }
  EXPECT_EQ(zeros, static_cast<std::int64_t>(0.6 * static_cast<double>(all)));
}

TEST(SharedLayers, KeepOneBiasAndAreCorrectedTogether) {
  const Network network = branched_network();
  const SmallData data(network);
  Network plain = network;
  ASSERT_TRUE(apply_pass(QuantizeDynamic{0}, plain, data.context, {}).ok());
  Network corrected = network;
  const Status status = apply_pass(QuantizeDynamic{16}, corrected, data.context, {});
  ASSERT_TRUE(status.ok()) << status.error().message();
  EXPECT_EQ(bias_id(corrected, "left.conv"), bias_id(corrected, "right.conv"));
  EXPECT_EQ(testing::weight_of(corrected, "left.conv").storage, Storage::kI8);
  EXPECT_EQ(testing::weight_of(corrected, "lstm.recurrent").storage, Storage::kI8);
  EXPECT_NE(decode_f32(testing::bias_of(corrected, "left.conv")), decode_f32(testing::bias_of(plain, "left.conv")));
  EXPECT_LT(relative_error(network, corrected, data.dataset), 0.1);
}

TEST(SharedLayers, WithOtherWeightsGetABiasOfTheirOwn) {
  Sketch s(camera(3, 2));
  const WeightId weight = s.uniform("weight", {18, 18}, 1), bias = s.uniform("bias", {18}, 1);
  ValueId x = s.dense(s.image(), 18, {.weight = weight, .bias_weight = bias});
  x = s.dense(s.dense(x, 18, {.weight = weight, .bias_weight = bias}), 18, {.bias_weight = bias});
  Network network = s.finish(x);
  const auto picture = testing::random_picture(network, 1);
  const auto before = testing::reference_answer(network, picture);
  own_biases(network);
  EXPECT_EQ(bias_id(network, "dense1"), bias_id(network, "dense2"));
  EXPECT_NE(bias_id(network, "dense1"), bias_id(network, "dense3"));
  EXPECT_EQ(testing::reference_answer(network, picture), before);
}

template <typename Kind>
bool has_pass(const Strategy& strategy) {
  return std::ranges::any_of(strategy.passes, [](const Pass& pass) { return std::holds_alternative<Kind>(pass); });
}

TEST(SharedLayers, EveryStrategyKeepsTheDrive) {
  const Network network = branched_network();
  const SmallData data(network);
  for (const Strategy& strategy : strategies()) {
    SCOPED_TRACE(strategy.name);
    const Result<Network> made = apply_strategy(network, strategy, data.context);
    if (scales_input(strategy)) {
      ASSERT_FALSE(made.ok());
      EXPECT_THAT(made.error().message(), HasSubstr("the memory 'hidden' is a picture of one size"));
      continue;
    }
    if (strategy.name == std::string("int4") || strategy.name == std::string("int2")) {
      ASSERT_FALSE(made.ok());
      EXPECT_EQ(made.error().kind(), ErrorKind::kInapplicable);
      EXPECT_THAT(made.error().message(),
                  HasSubstr("no layer that may have fewer bits than 8 has 65,536 weights; use int_flt_quan"));
      continue;
    }
    ASSERT_TRUE(made.ok()) << made.error().message();
    if (reduces_input(strategy)) {  // other pictures, other answers: tests/optimize/reduce_input_test.cpp
      EXPECT_TRUE(std::isfinite(relative_error(*made, *made, data.seen_by(*made))));
      continue;
    }
    const bool coarse = prunes(strategy) || has_pass<Cluster>(strategy) || has_pass<Shrink>(strategy);
    const bool bytes = !coarse && (has_pass<QuantizeDynamic>(strategy) || has_pass<QuantizeStatic>(strategy) ||
                                   has_pass<QuantizeAware>(strategy));
    if (!coarse) {
      EXPECT_LT(relative_error(network, *made, data.dataset), bytes ? 0.1 : 0.02);
    }
    EXPECT_TRUE(std::isfinite(relative_error(network, *made, data.dataset)));
    if (bytes) {
      EXPECT_LT(parameter_count(*made), 1.02 * static_cast<double>(parameter_count(network))) << "shared layers parted";
    }
  }
}

TEST(SharedLayers, DataWithoutTheSpeedsIsRefused) {
  const Network network = branched_network();
  SmallData data(network);
  data.dataset.speed_mps.clear();
  Network quantized = network;
  const Status status = apply_pass(QuantizeDynamic{16}, quantized, data.context, {});
  ASSERT_FALSE(status.ok());
  EXPECT_THAT(status.error().message(), HasSubstr("reads the car's speed, which this data does not have"));
}

TEST(SharedLayers, RangesOfGatesAndSumsComeFromTheDrive) {
  Network network = branched_network();
  const SmallData data(network);
  const std::vector<std::int64_t> samples = calibration_samples(data.context, 20).value();
  ASSERT_TRUE(calibrate(network, quantizable_layers(network), data.dataset, samples, {}, {}).ok());
  const Value& hidden = network.values[testing::node_named(network, "lstm.recurrent").inputs[0]];
  ASSERT_TRUE(hidden.quantization.has_value());
  EXPECT_GT(hidden.quantization->scale, 1e-4F) << "the memory was never warm";
  EXPECT_LT(hidden.quantization->scale, 2.0F / 255) << "a hidden state lies within -1..1";
}

}  // namespace
}  // namespace pitlane
