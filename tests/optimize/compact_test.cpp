#include "pitlane/optimize/compact.h"

#include <gtest/gtest.h>

#include "sketch.h"

namespace pitlane {
namespace {

TEST(Compact, DropsWhatNobodyNamesAndKeepsTheRest) {
  Network network = testing::small_network();
  const auto picture = testing::random_picture(network, 1);
  const auto wanted = testing::reference_answer(network, picture);
  const std::string hash = content_hash(network);
  // Strangers in front, so that every number has to move.
  network.weights.insert(network.weights.begin(), make_f32_weight("stranger", {2}, {1, 2}));
  for (Node& node : network.nodes) {
    if (auto* norm = std::get_if<BatchNorm>(&node.op)) {
      for (WeightId* id : {&norm->gamma, &norm->beta, &norm->mean, &norm->variance}) ++*id;
    } else if (auto* conv = std::get_if<Conv2d>(&node.op)) {
      ++conv->weight, ++conv->bias;
    } else if (auto* dense = std::get_if<Dense>(&node.op)) {
      ++dense->weight, ++dense->bias;
    }
  }
  network.values.push_back({"nobody's", {3}, {}});
  compact(network);
  EXPECT_EQ(content_hash(network), hash);
  EXPECT_EQ(testing::reference_answer(network, picture), wanted);
}

}  // namespace
}  // namespace pitlane
