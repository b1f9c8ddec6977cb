// A normalisation in front of a convolution learns through the convolution's weights. The same network with an operator
// between the two that changes nothing goes the long way, over the gradient of every pixel.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <iterator>

#include "pitlane/train/batches.h"
#include "pitlane/train/late_scales.h"
#include "pitlane/train/torch_model.h"
#include "synthetic.h"

namespace pitlane {
namespace {

constexpr int kAcross = 12, kDown = 6;

void set(Network& network, WeightId id, std::vector<float> values) {
  Weight& weight = network.weights[static_cast<std::size_t>(id)];
  weight = make_f32_weight(weight.name, weight.shape, std::move(values));
}

/// Factors of both signs, one of them zero, and offsets that show at the border.
Network with_lively_norm(const Padding& padding) {
  Network network = testing::tiny_network(kAcross, kDown, 1, padding);
  const auto& norm = std::get<BatchNorm>(network.nodes[0].op);
  set(network, norm.gamma, {1.5F, -0.75F, 0});
  set(network, norm.beta, {0.5F, -1, 0.25F});
  return network;
}

/// A LeakyReLU of slope 1 between normalisation and convolution.
Network the_long_way(Network network) {
  const ValueId normalised = network.nodes[0].output;
  const auto between = static_cast<ValueId>(network.values.size());
  Value value = network.values[static_cast<std::size_t>(normalised)];
  value.name = "between";
  network.values.push_back(value);
  Node nothing = network.nodes[0];
  nothing.name = "nothing";
  nothing.op = Activate{Activation::kLeakyRelu, 1};
  nothing.inputs = {normalised};
  nothing.output = between;
  network.nodes[1].inputs[0] = between;
  network.nodes.insert(network.nodes.begin() + 1, nothing);
  return network;
}

struct Step {
  double loss = 0;
  std::vector<std::vector<float>> gradients, weights;
};

Step step(const Network& network, bool freeze) {
  const Dataset dataset = testing::bar_dataset(kAcross, kDown, 32, 3);
  const SampleInputs inputs = *SampleInputs::create(network, dataset);
  std::vector<std::int64_t> samples;
  for (std::int64_t i = 0; i < dataset.size(); ++i) samples.push_back(i);
  const auto model = make_torch_model(network, {.freeze_batch_norm = freeze, .threads = 1});
  EXPECT_TRUE(model.ok()) << model.error().message();
  Step step;
  const BatchBuffer batch = plain_batch(inputs, samples);
  const auto loss = (*model)->backward(batch.view(), std::vector<double>{1, 5});
  EXPECT_TRUE(loss.ok()) << loss.error().message();
  step.loss = *loss;
  for (const Parameter& p : (*model)->parameters()) step.gradients.emplace_back(p.gradient.begin(), p.gradient.end());
  step.weights = (*model)->weights();
  return step;
}

void expect_alike(const std::vector<std::vector<float>>& a, const std::vector<std::vector<float>>& b) {
  ASSERT_EQ(a.size(), b.size());
  for (std::size_t i = 0; i < a.size(); ++i) {
    ASSERT_EQ(a[i].size(), b[i].size());
    for (std::size_t k = 0; k < a[i].size(); ++k) EXPECT_NEAR(a[i][k], b[i][k], 1e-5 + 1e-4 * std::abs(b[i][k]));
  }
}

std::ptrdiff_t count_late(const Network& network) {
  const auto norms = late_scales(network);
  return std::ssize(norms) - std::ranges::count(norms, nullptr);
}

TEST(LateScales, AreThoseOfAPictureThatOneConvolutionReads) {
  const Network tiny = testing::tiny_network(kAcross, kDown);
  const auto value = static_cast<std::size_t>(tiny.nodes[0].output);
  EXPECT_EQ(late_scales(tiny)[value], &std::get<BatchNorm>(tiny.nodes[0].op));
  EXPECT_EQ(count_late(tiny), 1);
  EXPECT_EQ(count_late(the_long_way(tiny)), 0) << "read by another operator";
  Network read_twice = tiny;
  read_twice.nodes.push_back(read_twice.nodes[1]);
  EXPECT_EQ(count_late(read_twice), 0);
  Network bordered = tiny;
  std::get<Conv2d>(bordered.nodes[1].op).pad_value = {0.5F, 0.5F, 0.5F};
  EXPECT_EQ(count_late(bordered), 0) << "what is padded is not zero";
  Network remembered = tiny;
  remembered.states.push_back({.name = "memory", .before = tiny.nodes[1].output, .after = tiny.nodes[0].output});
  EXPECT_EQ(count_late(remembered), 0);
}

class NormalisedPicture : public ::testing::TestWithParam<bool> {};

TEST_P(NormalisedPicture, LearnsAsOverEveryPixel) {
  // Uneven and even padding take different ways through LibTorch.
  for (const Padding& padding : {Padding{0, 1, 1, 2}, Padding{1, 2, 1, 2}}) {
    const Network network = with_lively_norm(padding);
    const Step direct = step(network, GetParam()), long_way = step(the_long_way(network), GetParam());
    EXPECT_NEAR(direct.loss, long_way.loss, 1e-5 * long_way.loss);
    expect_alike(direct.gradients, long_way.gradients);
    expect_alike(direct.weights, long_way.weights);  // with the statistics that both have seen
    if (GetParam()) continue;
    double offsets = 0;
    for (const float g : direct.gradients[1]) offsets += std::abs(static_cast<double>(g));
    EXPECT_GT(offsets, 1e-3) << "beta learns";
  }
}

INSTANTIATE_TEST_SUITE_P(Statistics, NormalisedPicture, ::testing::Bool(),
                         [](const auto& statistics) { return statistics.param ? "Frozen" : "OfTheBatch"; });

}  // namespace
}  // namespace pitlane
