#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "pitlane/optimize/layers.h"
#include "pitlane/optimize/passes.h"
#include "sketch.h"

namespace pitlane {
namespace {

using testing::camera;
using ::testing::HasSubstr;
using testing::Sketch;

// All but the last layer's, which makes the outputs.
std::vector<float> inner_weights(const Network& network) {
  std::vector<float> all;
  std::vector<Layer> layers = weighted_layers(network);
  if (layers.size() > 1) layers.pop_back();
  for (const Layer& layer : layers)
    for (const float v : decode_f32(network.weights[layer.weight])) all.push_back(v);
  return all;
}

/// Sorts everything; of equal magnitudes the first go.
std::vector<float> pruned_slowly(std::vector<float> weights, double share) {
  std::vector<std::size_t> order(weights.size());
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
  std::ranges::stable_sort(order, {}, [&](std::size_t i) { return std::abs(weights[i]); });
  order.resize(static_cast<std::size_t>(std::floor(share * static_cast<double>(weights.size()))));
  for (const std::size_t i : order) weights[i] = 0;
  return weights;
}

class Share : public ::testing::TestWithParam<double> {};

TEST_P(Share, ZeroesExactlyTheSmallestOfAllLayersTogether) {
  const Network before = testing::small_network();
  Network after = before;
  const Status status = apply_pass(PruneGlobal{GetParam()}, after);
  ASSERT_TRUE(status.ok()) << status.error().message();
  const std::vector<float> weights = inner_weights(after);
  EXPECT_EQ(weights, pruned_slowly(inner_weights(before), GetParam()));
  EXPECT_EQ(std::ranges::count(weights, 0.0F),
            static_cast<std::ptrdiff_t>(GetParam() * static_cast<double>(weights.size())));
}

INSTANTIATE_TEST_SUITE_P(Shares, Share, ::testing::Values(0.0, 1e-5, 0.3, 0.5, 0.7, 0.8));

TEST(PruneGlobal, LeavesBiasesAndNormalisationAlone) {
  const Network before = testing::lively_pilotnet("pilotnet-torch");
  Network after = before;
  ASSERT_TRUE(apply_pass(PruneGlobal{0.7}, after).ok());
  std::size_t zeros = 0, all = 0;
  for (std::size_t i = 0; i < before.weights.size(); ++i) {
    const std::vector<float> now = decode_f32(after.weights[i]);
    if (before.weights[i].shape.size() == 1) {
      EXPECT_EQ(now, decode_f32(before.weights[i]));
      continue;
    }
    if (before.weights[i].shape.front() == 2) {
      EXPECT_EQ(now, decode_f32(before.weights[i])) << "the outputs' layer";
      continue;
    }
    zeros += static_cast<std::size_t>(std::ranges::count(now, 0.0F));
    all += now.size();
  }
  EXPECT_EQ(zeros, static_cast<std::size_t>(0.7 * static_cast<double>(all)));
}

TEST(PruneGlobal, OfEqualMagnitudesTheFirstGo) {
  Sketch s(camera(1, 1));
  Network network = s.finish(s.dense(s.image(), 2, {}));
  Weight& weight = network.weights[std::get<Dense>(network.nodes[0].op).weight];
  weight = make_f32_weight("weight", {2, 3}, {0.5F, -0.5F, 0.5F, -0.5F, 2, 0.1F});
  ASSERT_TRUE(apply_pass(PruneGlobal{0.5}, network).ok());
  EXPECT_EQ(inner_weights(network), (std::vector<float>{0, 0, 0.5F, -0.5F, 2, 0}));
}

TEST(PruneGlobal, KeepsZerosThatWereThereAndCountsThem) {
  Network network = testing::small_network();
  ASSERT_TRUE(apply_pass(PruneGlobal{0.6}, network).ok());
  const std::vector<float> once = inner_weights(network);
  ASSERT_TRUE(apply_pass(PruneGlobal{0.6}, network).ok());
  EXPECT_EQ(inner_weights(network), once);
  ASSERT_TRUE(apply_pass(PruneGlobal{0.2}, network).ok());
  EXPECT_EQ(inner_weights(network), once);
}

TEST(PruneGlobal, CountsSharedWeightsOnce) {
  Sketch s(camera(3, 2));
  const WeightId shared = s.uniform("shared", {18, 18}, 1);
  const ValueId x = s.dense(s.dense(s.image(), 18, {.weight = shared}), 18, {.weight = shared});
  Network network = s.finish(s.dense(x, 2, {}));
  ASSERT_TRUE(apply_pass(PruneGlobal{0.5}, network).ok());
  std::ptrdiff_t zeros = 0;
  for (const Weight& weight : network.weights)
    if (weight.shape.size() == 2) zeros += std::ranges::count(decode_f32(weight), 0.0F);
  EXPECT_EQ(zeros, 18 * 18 / 2);
}

TEST(PruneGlobal, RefusesToEmptyALayer) {
  Network network = testing::small_network();
  const std::vector<Layer> layers = weighted_layers(network);
  const Layer& quiet = layers[layers.size() - 2];
  Weight& weight = network.weights[quiet.weight];
  weight =
      make_f32_weight(weight.name, weight.shape, std::vector<float>(static_cast<std::size_t>(weight.size()), 1e-6F));
  const Status status = apply_pass(PruneGlobal{0.5}, network);
  ASSERT_FALSE(status.ok());
  EXPECT_EQ(status.error().message(), layer_name(network.nodes[quiet.node]) +
                                          " would lose all of its weights at a sparsity of 50 %; ask for less");
}

// A head on a scale of its own must not be what a common threshold empties.
TEST(PruneGlobal, SparesTheLayerThatMakesTheOutputs) {
  Network network = testing::small_network();
  Weight& head = network.weights[std::get<Dense>(network.nodes.back().op).weight];
  std::vector<float> quiet = decode_f32(head);
  for (float& v : quiet) v *= 1e-3F;
  head = make_f32_weight(head.name, head.shape, quiet);
  const Status status = apply_pass(PruneGlobal{0.7}, network);
  ASSERT_TRUE(status.ok()) << status.error().message();
  EXPECT_EQ(decode_f32(network.weights[std::get<Dense>(network.nodes.back().op).weight]), quiet);
}

TEST(PruneGlobal, RefusesSharesThatMakeNoSense) {
  for (const double share : {-0.1, 1.0, 1.5, std::numeric_limits<double>::quiet_NaN()}) {
    Network network = testing::small_network();
    const Status status = apply_pass(PruneGlobal{share}, network);
    ASSERT_FALSE(status.ok()) << share;
    EXPECT_THAT(status.error().message(), HasSubstr("sparsity must be at least 0 and below 1"));
  }
}

TEST(PruneGlobal, RefusesNaN) {
  Network network = testing::small_network();
  Weight& last = network.weights[std::get<Dense>(network.nodes.back().op).weight];
  std::vector<float> values = decode_f32(last);
  values[3] = std::numeric_limits<float>::quiet_NaN();
  last = make_f32_weight(last.name, last.shape, values);
  const Status status = apply_pass(PruneGlobal{0.5}, network);
  ASSERT_FALSE(status.ok());
  EXPECT_EQ(status.error().message(), "Dense 'dense7' holds NaN or infinity in 'weight'");
}

}  // namespace
}  // namespace pitlane
