#include "pitlane/optimize/layer_inputs.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <set>
#include <vector>

#include "pitlane/optimize/layers.h"
#include "sketch.h"
#include "small_data.h"

namespace pitlane {
namespace {

/// What the layer answers to a draw, channel by channel.
std::vector<double> answers(const Network& network, const Layer& layer, const LayerInputs& inputs, std::size_t row) {
  const std::vector<float> weights = decode_f32(network.weights[layer.weight]);
  std::vector<double> all;
  for (std::size_t o = 0; o < weights.size() / inputs.terms; ++o) {
    double sum = decode_f32(network.weights[layer.bias])[o];
    for (std::size_t t = 0; t < inputs.terms; ++t)
      sum += static_cast<double>(weights[o * inputs.terms + t]) * inputs.values[t * inputs.rows + row];
    all.push_back(sum);
  }
  return all;
}

/// Is every draw a window at which the reference answers the same?
void expect_real_windows(const Network& network, const Layer& layer, const testing::SmallData& data,
                         const LayerInputs& inputs) {
  const ValueId output = network.nodes[layer.node].output;
  std::set<std::vector<long>> seen;  // by channel, in ten-thousandths
  std::vector<std::vector<float>> windows;
  for (const std::int64_t sample : data.split.train) {
    const auto values = testing::reference_values(network, data.dataset.picture(sample))[output];
    const std::size_t channels = static_cast<std::size_t>(network.values[output].shape.back());
    for (std::size_t i = 0; i < values.size(); i += channels)
      windows.emplace_back(values.begin() + static_cast<std::ptrdiff_t>(i),
                           values.begin() + static_cast<std::ptrdiff_t>(i + channels));
  }
  for (std::size_t row = 0; row < inputs.rows; ++row) {
    const std::vector<double> answer = answers(network, layer, inputs, row);
    EXPECT_TRUE(std::ranges::any_of(windows,
                                    [&](const std::vector<float>& window) {
                                      return std::ranges::equal(
                                          window, answer, [](float a, double b) { return std::abs(a - b) < 1e-4; });
                                    }))
        << "draw " << row;
    std::vector<long> rounded;
    for (const double a : answer) rounded.push_back(std::lround(a * 1e4));
    seen.insert(rounded);
  }
  EXPECT_GT(seen.size(), inputs.rows / 2) << "the draws are hardly different";
}

TEST(LayerInputs, OfAConvolutionAreItsWindowsWithTheirPadding) {
  testing::Sketch s(testing::camera(24, 12));
  ValueId x = s.conv(s.image(), 4, 3, 2, {.padding = {1, 0, 1, 2}});
  x = s.conv(x, 6, 3, 1, {.activation = Activation::kNone, .padding = {1, 1, 1, 1}});
  Network network = s.finish(s.dense(x, 2, {.activation = Activation::kNone}));
  const Layer second = weighted_layers(network)[1];
  std::get<Conv2d>(network.nodes[second.node].op).pad_value = {0.5F, -1, 2, 0.25F};
  const testing::SmallData data(network, 16);
  const LayerInputs inputs = *layer_inputs(network, second.weight, data.dataset, data.split.train, 60, {});
  EXPECT_EQ(inputs.terms, 4U * 9U);
  EXPECT_EQ(inputs.rows, 60U);
  expect_real_windows(network, second, data, inputs);
}

/// Two places in turn, and a picture's draws side by side.
struct SharedLayer {
  SharedLayer() {
    testing::Sketch s(testing::camera(24, 12));
    shared = s.uniform("shared", {40, 40}, 0.2);
    ValueId x = s.dense(s.image(), 40, {});
    x = s.dense(x, 40, {.activation = Activation::kNone, .weight = shared});
    x = s.dense(x, 40, {.activation = Activation::kNone, .weight = shared});
    network = s.finish(s.dense(x, 2, {.activation = Activation::kNone}));
  }
  /// Is draw `row` what the layer reads at its place `which` on this picture?
  void expect_draw(const LayerInputs& inputs, std::size_t row, const testing::SmallData& data, std::int64_t sample,
                   std::size_t which) const {
    const auto values = testing::reference_values(network, data.dataset.picture(sample));
    std::vector<float> draw;
    for (std::size_t t = 0; t < inputs.terms; ++t) draw.push_back(inputs.values[t * inputs.rows + row]);
    const ValueId read = network.nodes[users_of(network, shared)[which]].inputs[0];
    EXPECT_LT(testing::largest_difference(values[read], draw), 1e-4) << "draw " << row;
  }
  WeightId shared = kNoWeight;
  Network network;
};

TEST(LayerInputs, OfALayerUsedTwiceComeFromBothPlaces) {
  const SharedLayer layer;
  const testing::SmallData data(layer.network, 16);
  const auto& train = data.split.train;
  const LayerInputs inputs = *layer_inputs(layer.network, layer.shared, data.dataset, train, 100, {});
  ASSERT_EQ(inputs.rows, 2 * train.size());  // a dense layer has one window
  for (const std::size_t i : {std::size_t{0}, train.size() - 1}) {
    layer.expect_draw(inputs, 2 * i, data, train[i], 0);
    layer.expect_draw(inputs, 2 * i + 1, data, train[i], 1);
  }
}

TEST(LayerInputs, AreSpreadOverAllPicturesWhereTheyAreMoreThanRows) {
  const SharedLayer layer;
  const testing::SmallData data(layer.network, 16);
  const auto& train = data.split.train;
  ASSERT_EQ(train.size(), 12U);
  const LayerInputs inputs = *layer_inputs(layer.network, layer.shared, data.dataset, train, 6, {});
  ASSERT_EQ(inputs.rows, 6U);
  for (const std::size_t i : {0U, 1U, 2U}) layer.expect_draw(inputs, 2 * i, data, train[4 * i], 0);
}

TEST(LayerInputs, StopWhenAsked) {
  const Network network = testing::small_network();
  const testing::SmallData data(network);
  const auto result = layer_inputs(network, weighted_layers(network)[1].weight, data.dataset, data.split.train, 100,
                                   [](const Progress&) { return false; });
  ASSERT_FALSE(result.ok());
  EXPECT_EQ(result.error().kind(), ErrorKind::kInterrupted);
}

}  // namespace
}  // namespace pitlane
