#include "pitlane/optimize/bias_correction.h"

#include <gtest/gtest.h>

#include <cmath>

#include "pitlane/optimize/layers.h"
#include "sketch.h"
#include "small_data.h"

namespace pitlane {
namespace {

using testing::camera;
using testing::Sketch;

constexpr Activation kNone = Activation::kNone;

/// Activations are nodes, so that the reference shows what goes into them.
Network open_network() {
  Sketch s(camera(24, 12));
  ValueId x = s.activate(s.conv(s.image(), 8, 3, 2, {.activation = kNone, .padding = {0, 0, 1, 1}}), Activation::kRelu);
  x = s.activate(s.conv(x, 6, 3, 1, {.activation = kNone}), Activation::kElu);
  x = s.activate(s.dense(x, 40, {.activation = kNone}), Activation::kRelu);
  return s.finish(s.dense(x, 2, {.activation = kNone}));
}

/// Crude on purpose: weights on a grid of 1/8 of the largest.
Network coarse(Network network) {
  for (const Layer& layer : weighted_layers(network)) {
    Weight& weight = network.weights[layer.weight];
    std::vector<float> values = decode_f32(weight);
    float largest = 0;
    for (const float v : values) largest = std::max(largest, std::abs(v));
    for (float& v : values) v = std::round(v / largest * 8) / 8 * largest;
    weight = make_f32_weight(weight.name, weight.shape, std::move(values));
  }
  return network;
}

/// Mean difference by channel of what a node makes, over pictures and positions.
std::vector<double> mean_difference(const Network& a, const Network& b, ValueId value, const Dataset& dataset,
                                    const std::vector<std::int64_t>& samples) {
  const auto channels = static_cast<std::size_t>(a.values[value].shape.back());
  std::vector<double> mean(channels, 0.0);
  for (const std::int64_t sample : samples) {
    const auto x = testing::reference_values(a, dataset.picture(sample))[value];
    const auto y = testing::reference_values(b, dataset.picture(sample))[value];
    const double share = static_cast<double>(channels) / static_cast<double>(x.size() * samples.size());
    for (std::size_t i = 0; i < x.size(); ++i) mean[i % channels] += share * (static_cast<double>(x[i]) - y[i]);
  }
  return mean;
}

double largest(const std::vector<double>& values) {
  double result = 0;
  for (const double v : values) result = std::max(result, std::abs(v));
  return result;
}

TEST(BiasCorrection, LeavesNoMeanErrorInAnyChannel) {
  const Network original = open_network();
  const Network rough = coarse(original);
  const Dataset dataset = testing::bar_pictures(original, 10);
  const std::vector<std::int64_t> samples = {1, 3, 4, 8};
  Network corrected = rough;
  ASSERT_TRUE(correct_biases(original, corrected, dataset, samples, {}).ok());
  for (const Layer& layer : weighted_layers(original)) {
    const ValueId value = original.nodes[layer.node].output;
    const std::string name = layer_name(original.nodes[layer.node]);
    EXPECT_GT(largest(mean_difference(original, rough, value, dataset, samples)), 5e-3) << name;
    EXPECT_LT(largest(mean_difference(original, corrected, value, dataset, samples)), 2e-5) << name;
  }
}

TEST(BiasCorrection, FusedActivationsAreLookedBehind) {
  const Network original = testing::small_network();
  Network corrected = coarse(original);
  const Dataset dataset = testing::bar_pictures(original, 8);
  const std::vector<std::int64_t> samples = {0, 2, 5, 7};
  const ValueId answer = original.outputs[0].value;
  const double before = largest(mean_difference(original, corrected, answer, dataset, samples));
  ASSERT_TRUE(correct_biases(original, corrected, dataset, samples, {}).ok());
  EXPECT_LT(largest(mean_difference(original, corrected, answer, dataset, samples)), 2e-5);
  EXPECT_GT(before, 1e-2);
  EXPECT_EQ(corrected.nodes.size(), original.nodes.size());
  EXPECT_EQ(corrected.values.size(), original.values.size());
}

TEST(BiasCorrection, ChangesNothingButBiases) {
  const Network original = testing::small_network();
  const Network rough = coarse(original);
  Network corrected = rough;
  const Dataset dataset = testing::bar_pictures(original, 4);
  const std::vector<std::int64_t> samples = {0, 1, 2, 3};
  ASSERT_TRUE(correct_biases(original, corrected, dataset, samples, {}).ok());
  for (const Layer& layer : weighted_layers(rough)) {
    EXPECT_EQ(decode_f32(corrected.weights[layer.weight]), decode_f32(rough.weights[layer.weight]));
    EXPECT_NE(decode_f32(corrected.weights[layer.bias]), decode_f32(rough.weights[layer.bias]));
  }
}

TEST(BiasCorrection, LayersWithoutBiasAreLeftAlone) {
  Sketch s(camera(6, 4));
  const Network original = s.finish(s.dense(s.image(), 2, {.bias = false}));
  Network same = original;
  const Dataset dataset = testing::bar_pictures(original, 2);
  const std::vector<std::int64_t> samples = {0, 1};
  ASSERT_TRUE(correct_biases(original, same, dataset, samples, {}).ok());
  EXPECT_EQ(content_hash(same), content_hash(original));
}

TEST(BiasCorrection, OwnBiasesPartsWhatWasShared) {
  Sketch s(camera(3, 2));
  const WeightId shared = s.uniform("shared", {18}, 1);
  Network network = s.finish(s.dense(s.dense(s.image(), 18, {.bias_weight = shared}), 18, {.bias_weight = shared}));
  const auto picture = testing::random_picture(network, 1);
  const auto before = testing::reference_answer(network, picture);
  own_biases(network);
  const std::vector<Layer> layers = weighted_layers(network);
  EXPECT_NE(layers[0].bias, layers[1].bias);
  EXPECT_TRUE(validate(network).ok());
  EXPECT_EQ(testing::reference_answer(network, picture), before);
}

}  // namespace
}  // namespace pitlane
