#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "bright_bar.h"
#include "pitlane/network/pilotnet.h"
#include "pitlane/optimize/passes.h"

namespace pitlane {
namespace {

using testing::bar_dataset;
using testing::bar_network;

bool has_batch_norm(const Network& network) {
  return std::ranges::any_of(network.nodes, [](const Node& n) { return std::holds_alternative<BatchNorm>(n.op); });
}

TEST(FoldBatchNorm, KeepsTheAnswersBeforeAPaddedConvolution) {
  const Dataset data = bar_dataset(testing::kWidth, testing::kHeight, 8, 3);
  const Network before = bar_network();
  Network after = before;
  ASSERT_TRUE(apply_pass(FoldBatchNorm{}, after).ok());
  EXPECT_FALSE(has_batch_norm(after));
  EXPECT_TRUE(validate(after).ok());
  for (int sample = 0; sample < 8; ++sample) {
    const auto x = testing::slow_outputs(before, data, sample), y = testing::slow_outputs(after, data, sample);
    for (std::size_t i = 0; i < x.size(); ++i) EXPECT_NEAR(x[i], y[i], 1e-4F) << "sample " << sample;
  }
}

TEST(FoldBatchNorm, KeepsOneThatCannotBeExpressed) {
  Network network = bar_network();
  const auto& norm = std::get<BatchNorm>(network.nodes[0].op);
  // A channel scaled by zero: no padding byte could stand for what the border must hold.
  network.weights[norm.gamma] = make_f32_weight("norm.gamma", {3}, {1, 0, 1});
  const Network before = network;
  ASSERT_TRUE(apply_pass(FoldBatchNorm{}, network).ok());
  const Dataset data = bar_dataset(testing::kWidth, testing::kHeight, 4, 3);
  EXPECT_TRUE(has_batch_norm(network));
  EXPECT_LT(testing::difference(before, network, data, 4), 1e-10);
}

TEST(FoldBatchNorm, TwiceIsOnce) {
  Network once = bar_network();
  ASSERT_TRUE(apply_pass(FoldBatchNorm{}, once).ok());
  Network twice = once;
  ASSERT_TRUE(apply_pass(FoldBatchNorm{}, twice).ok());
  EXPECT_EQ(content_hash(once), content_hash(twice));
}

TEST(FoldBatchNorm, WorksOnBothFamilies) {
  for (const auto& build : {build_pilotnet_torch, build_pilotnet_tf}) {
    Network network = build({Preprocessing{}, testing::tiny_outputs(), 1}).value();
    ASSERT_TRUE(apply_pass(FoldBatchNorm{}, network).ok());
    EXPECT_FALSE(has_batch_norm(network)) << network.name;
    EXPECT_TRUE(validate(network).ok()) << network.name;
  }
}

}  // namespace
}  // namespace pitlane
