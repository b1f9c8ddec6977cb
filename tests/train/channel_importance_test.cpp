#include "pitlane/train/channel_importance.h"

#include <gtest/gtest.h>

#include <cmath>

#include "pitlane/train/trainer.h"
#include "synthetic.h"

namespace pitlane {
namespace {

double weighted_loss(const Network& network, const Dataset& dataset, std::span<const std::int64_t> samples) {
  const auto y = torch_predict(network, dataset, samples);
  EXPECT_TRUE(y.ok());
  double sum = 0;
  for (std::size_t i = 0; i < y->size(); ++i)
    sum += (i % 2 == 1 ? 5 : 1) * std::pow(static_cast<double>((*y)[i]) - dataset.label(samples[i / 2])[i % 2], 2);
  return sum / static_cast<double>(samples.size());
}

/// One channel's weights and bias, `factor` times as large.
Network scaled(const Network& network, const Dense& layer, std::size_t channel, double factor) {
  Network out = network;
  for (const WeightId id : {layer.weight, layer.bias}) {
    Weight& weight = out.weights[static_cast<std::size_t>(id)];
    std::vector<float> values = decode_f32(weight);
    const std::size_t row = values.size() / static_cast<std::size_t>(weight.shape[0]);
    for (std::size_t i = channel * row; i < (channel + 1) * row; ++i)
      values[i] = static_cast<float>(values[i] * factor);
    weight = make_f32_weight(weight.name, weight.shape, std::move(values));
  }
  return out;
}

TEST(ChannelImportance, IsTheSlopeOfTheLossAlongTheChannel) {
  const Network network = testing::tiny_network(12, 6);
  const Dataset dataset = testing::bar_dataset(12, 6, 16, 3);
  std::vector<std::int64_t> samples;
  for (std::int64_t i = 0; i < dataset.size(); ++i) samples.push_back(i);
  const auto importance = channel_importance(network, dataset, samples);
  ASSERT_TRUE(importance.ok()) << importance.error().message();
  ASSERT_EQ(importance->size(), network.nodes.size());
  EXPECT_TRUE((*importance)[0].empty()) << "a normalisation has no channels of its own";
  const std::size_t hidden = 3;
  const auto& layer = std::get<Dense>(network.nodes[hidden].op);
  ASSERT_EQ((*importance)[hidden].size(), 16U);
  double largest = 0;
  for (std::size_t c = 0; c < 16; ++c) {
    constexpr double kStep = 1e-2;
    const double slope = (weighted_loss(scaled(network, layer, c, 1 + kStep), dataset, samples) -
                          weighted_loss(scaled(network, layer, c, 1 - kStep), dataset, samples)) /
                         (2 * kStep);
    EXPECT_NEAR((*importance)[hidden][c], std::abs(slope), 2e-4 + 1e-2 * std::abs(slope)) << c;
    largest = std::max(largest, std::abs(slope));
  }
  EXPECT_GT(largest, 0.01);
}

}  // namespace
}  // namespace pitlane
