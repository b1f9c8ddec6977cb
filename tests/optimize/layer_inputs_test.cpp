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

TEST(LayerInputs, OfALayerUsedTwiceComeFromBothPlaces) {
  testing::Sketch s(testing::camera(24, 12));
  const WeightId shared = s.uniform("shared", {40, 40}, 0.2);
  ValueId x = s.dense(s.image(), 40, {});
  x = s.dense(x, 40, {.activation = Activation::kNone, .weight = shared});
  x = s.dense(x, 40, {.activation = Activation::kNone, .weight = shared});
  const Network network = s.finish(s.dense(x, 2, {.activation = Activation::kNone}));
  const testing::SmallData data(network, 16);
  const LayerInputs inputs = *layer_inputs(network, shared, data.dataset, data.split.train, 100, {});
  EXPECT_EQ(inputs.rows, 2 * data.split.train.size());  // a dense layer has one window
  std::vector<float> first;                             // the first draw of each place
  for (std::size_t t = 0; t < inputs.terms; ++t) first.push_back(inputs.values[t * inputs.rows]);
  const auto values = testing::reference_values(network, data.dataset.picture(data.split.train[0]));
  const auto is_first = [&](ValueId value) { return testing::largest_difference(values[value], first) < 1e-4; };
  const std::vector<std::size_t> users = users_of(network, shared);
  ASSERT_EQ(users.size(), 2U);
  EXPECT_TRUE(is_first(network.nodes[users[0]].inputs[0]) || is_first(network.nodes[users[1]].inputs[0]));
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
