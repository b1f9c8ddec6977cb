#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "bright_bar.h"
#include "pitlane/optimize/layers.h"
#include "pitlane/optimize/passes.h"

namespace pitlane {
namespace {

using ::testing::AllOf;
using testing::bar_network;
using ::testing::HasSubstr;

std::vector<float> magnitudes(const Network& network) {
  std::vector<float> all;
  for (const Layer& layer : weighted_layers(network))
    for (const float v : network.weights[layer.weight].f32()) all.push_back(std::abs(v));
  return all;
}

class PruneGlobalShare : public ::testing::TestWithParam<double> {};

TEST_P(PruneGlobalShare, RemovesTheSmallestOfAllLayersTogether) {
  const Network before = bar_network();
  Network after = before;
  ASSERT_TRUE(apply_pass(PruneGlobal{GetParam()}, after).ok());
  std::vector<float> sorted = magnitudes(before);
  std::ranges::sort(sorted);
  const auto count = static_cast<std::size_t>(GetParam() * static_cast<double>(sorted.size()));
  const std::vector<float> was = magnitudes(before), is = magnitudes(after);
  EXPECT_EQ(static_cast<std::size_t>(std::ranges::count(is, 0.0F)), count);
  for (std::size_t i = 0; i < was.size(); ++i) {
    if (is[i] == 0)
      EXPECT_LE(was[i], sorted[count - 1]);
    else
      EXPECT_EQ(is[i], was[i]) << "what stays is untouched";
  }
}

INSTANTIATE_TEST_SUITE_P(Shares, PruneGlobalShare, ::testing::Values(0.25, 0.5, 0.8));

TEST(PruneGlobal, LeavesBiasesAndNormalisationAlone) {
  const Network before = bar_network();
  Network after = before;
  ASSERT_TRUE(apply_pass(PruneGlobal{0.5}, after).ok());
  for (std::size_t i = 0; i < before.weights.size(); ++i) {
    if (before.weights[i].shape.size() > 1) continue;
    EXPECT_TRUE(std::ranges::equal(before.weights[i].f32(), after.weights[i].f32())) << before.weights[i].name;
  }
}

TEST(PruneGlobal, EqualMagnitudesStillGiveTheExactNumber) {
  Network network = bar_network();
  for (const Layer& layer : weighted_layers(network)) {
    Weight& w = network.weights[layer.weight];
    w = make_f32_weight(w.name, w.shape, std::vector<float>(static_cast<std::size_t>(w.size()), 0.5F));
  }
  // The first layers lose theirs first, so a share that would empty one is refused.
  const Status status = apply_pass(PruneGlobal{0.5}, network);
  ASSERT_FALSE(status.ok());
  EXPECT_THAT(status.error().message(),
              AllOf(HasSubstr("Conv2d 'conv'"), HasSubstr("50 %"), HasSubstr("ask for less")));
}

TEST(PruneGlobal, RefusesNonsense) {
  for (const double sparsity : {-0.1, 1.0, std::nan("")}) {
    Network network = bar_network();
    const Status status = apply_pass(PruneGlobal{sparsity}, network);
    ASSERT_FALSE(status.ok());
    EXPECT_THAT(status.error().message(), HasSubstr("sparsity must be at least 0 and below 1"));
  }
}

}  // namespace
}  // namespace pitlane
