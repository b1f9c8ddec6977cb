// Channels change their sizes, answers do not.
#include "pitlane/optimize/equalize.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>

#include "pitlane/optimize/layers.h"
#include "pitlane/optimize/passes.h"
#include "sketch.h"
#include "small_data.h"

namespace pitlane {
namespace {

using testing::Sketch;

void scale(Network& network, WeightId id, const std::function<float(std::size_t)>& factor) {
  if (id == kNoWeight) return;
  Weight& weight = network.weights[id];
  std::vector<float> values = decode_f32(weight);
  for (std::size_t i = 0; i < values.size(); ++i) values[i] *= factor(i);
  weight = make_f32_weight(weight.name, weight.shape, std::move(values));
}

/// Each channel between these layers becomes larger or smaller by a factor of its own, of which the answers know
/// nothing.
void tear_apart(Network& network, const std::string& first, const std::string& second) {
  const auto factor = [](std::size_t channel) { return std::pow(4.0F, static_cast<float>(channel % 5) - 2); };
  const auto make = weight_fields(testing::node_named(network, first).op);
  const Weight& made = network.weights[*make[0]];
  const auto channels = static_cast<std::size_t>(made.shape[0]);
  const auto row = static_cast<std::size_t>(made.size()) / channels;
  scale(network, *make[0], [&](std::size_t i) { return factor(i / row); });
  scale(network, *make[1], factor);
  const auto reader = std::ranges::find(network.nodes, second, &Node::name);
  auto* conv = std::get_if<Conv2d>(&reader->op);
  const WeightId read = *weight_fields(reader->op)[0];
  const std::size_t taps = conv != nullptr && conv->groups > 1 ? 9 : 1;  // of a channel, one after the other
  scale(network, read, [&](std::size_t i) { return 1 / factor(i / taps % channels); });
  if (conv != nullptr)
    for (std::size_t c = 0; c < conv->pad_value.size(); ++c) conv->pad_value[c] *= factor(c);
}

/// Convolution, depthwise and pointwise convolution, a border that is no zero, pooling, dense layers.
Network chain() {
  Sketch s(testing::camera(18, 14), 11);
  ValueId x = s.conv(s.image(), 6, 3, 1, {});
  Conv2d depthwise;
  depthwise.groups = 6;
  depthwise.padding = {1, 1, 1, 1};
  depthwise.pad_value = {0.1F, -0.2F, 0.3F, 0.4F, -0.5F, 0.6F};
  depthwise.weight = s.uniform("depthwise", {6, 3, 3, 1}, 0.5);
  depthwise.activation = Activation::kLeakyRelu;
  x = s.builder().add("depthwise", depthwise, {x});
  x = s.conv(x, 7, 1, 1, {.activation = Activation::kNone});
  x = s.activate(x, Activation::kRelu);
  x = s.builder().add("pool", Pool2d{PoolKind::kMax, 2, 2, 2, 2, {}}, {x});
  x = s.dense(s.flatten(x), 20, {});
  x = s.dense(x, 10, {.activation = Activation::kElu});
  return s.finish(s.dense(x, 2, {.activation = Activation::kNone}));
}

Network torn_chain() {
  Network network = chain();
  tear_apart(network, "conv1", "depthwise");
  tear_apart(network, "depthwise", "conv2");
  tear_apart(network, "conv2", "dense5");
  return network;
}

/// Largest |w| of each output channel, and of each input channel of a layer that sees `channels` of them.
std::vector<float> row_maxima(const Weight& weight) {
  const std::vector<float> values = decode_f32(weight);
  std::vector<float> most(static_cast<std::size_t>(weight.shape[0]), 0.0F);
  for (std::size_t i = 0; i < values.size(); ++i)
    most[i / (values.size() / most.size())] = std::max(most[i / (values.size() / most.size())], std::abs(values[i]));
  return most;
}
std::vector<float> column_maxima(const Weight& weight, std::size_t channels) {
  const std::vector<float> values = decode_f32(weight);
  std::vector<float> most(channels, 0.0F);
  for (std::size_t i = 0; i < values.size(); ++i)
    most[i % channels] = std::max(most[i % channels], std::abs(values[i]));
  return most;
}

TEST(Equalize, AnswersStayAndBothLayersReachAsFar) {
  const Network before = torn_chain();
  Network network = before;
  EXPECT_EQ(equalize_layers(network), 4) << "all neighbours but those with ELU between them";
  for (const std::uint64_t seed : {1U, 2U, 3U}) {
    const auto picture = testing::random_picture(before, seed);
    const std::vector<float> was = testing::reference_answer(before, picture);
    const double size =
        std::max(1.0F, std::abs(*std::ranges::max_element(was, {}, [](float y) { return std::abs(y); })));
    EXPECT_LT(testing::largest_difference(was, testing::reference_answer(network, picture)) / size, 1e-5);
  }
  const auto expect_equal = [](const std::vector<float>& made, const std::vector<float>& read) {
    ASSERT_EQ(made.size(), read.size());
    for (std::size_t c = 0; c < made.size(); ++c) EXPECT_NEAR(made[c] / read[c], 1, 0.01) << c;
  };
  expect_equal(row_maxima(testing::weight_of(network, "conv1")), row_maxima(testing::weight_of(network, "depthwise")));
  expect_equal(row_maxima(testing::weight_of(network, "depthwise")),
               column_maxima(testing::weight_of(network, "conv2"), 6));
  expect_equal(row_maxima(testing::weight_of(network, "conv2")),
               column_maxima(testing::weight_of(network, "dense5"), 7));
}

TEST(Equalize, WhatOthersReadOrShareStays) {
  Sketch s(testing::camera(8, 8));
  const ValueId a = s.conv(s.image(), 4, 3, 1, {});
  const ValueId b = s.conv(a, 4, 3, 1, {.padding = {1, 1, 1, 1}});
  const ValueId sum = s.builder().add("sum", Add{}, {a, b});
  const WeightId shared = s.uniform("shared", {4, 1, 1, 4}, 0.5);
  const ValueId c = s.conv(s.conv(sum, 4, 1, 1, {.weight = shared}), 4, 1, 1, {.weight = shared});
  Network network = s.finish(s.dense(s.flatten(c), 2, {.activation = Activation::kNone}));
  const std::string before = content_hash(network);
  EXPECT_EQ(equalize_layers(network), 0);
  EXPECT_EQ(content_hash(network), before);
}

TEST(Equalize, DeadChannelsStayDeadAndFinite) {
  Sketch s(testing::camera(8, 8));
  Conv2d conv;
  std::vector<float> values(3 * 27, 0.0F);
  for (std::size_t i = 27; i < values.size(); ++i) values[i] = i < 54 ? 1e-30F : 0.3F;
  conv.weight = s.builder().weight(make_f32_weight("w", {3, 3, 3, 3}, values));
  conv.bias = s.builder().weight(make_f32_weight("b", {3}, {0.2F, 0.1F, 0.3F}));
  conv.activation = Activation::kRelu;
  const ValueId x = s.builder().add("conv", conv, {s.image()});
  Network network = s.finish(s.dense(s.flatten(x), 2, {.activation = Activation::kNone}));
  EXPECT_EQ(equalize_layers(network), 1);
  EXPECT_TRUE(validate(network).ok()) << validate(network).error().message();
  EXPECT_EQ(row_maxima(testing::weight_of(network, "conv"))[0], 0);
  EXPECT_EQ(decode_f32(testing::bias_of(network, "conv"))[1], 0.1F) << "not blown up for the sake of such weights";
}

/// Squared, of static int8 to floats.
double rounding_error(const Network& network, bool equalize) {
  const testing::SmallData data(network);
  Network small = network;
  const Status status = apply_pass(QuantizeStatic{.equalize = equalize}, small, data.context, {});
  EXPECT_TRUE(status.ok()) << status.error().message();
  const auto floats = testing::engine_answers(network, data.dataset, data.split.validation);
  const auto answers = testing::engine_answers(small, data.dataset, data.split.validation);
  double squares = 0;
  for (std::size_t s = 0; s < floats.size(); ++s)
    for (std::size_t i = 0; i < floats[s].size(); ++i) squares += std::pow(floats[s][i] - answers[s][i], 2);
  return squares;
}

TEST(Equalize, ChannelsThatWereTornApartCostIntegersNothingAnyMore) {
  const double torn = rounding_error(torn_chain(), false);
  const double equalized = rounding_error(torn_chain(), true);
  const double whole = rounding_error(chain(), true);
  EXPECT_LT(equalized, 0.5 * torn);
  EXPECT_LT(equalized, 1.5 * whole);
}

}  // namespace
}  // namespace pitlane
