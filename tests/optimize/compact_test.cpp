#include "pitlane/optimize/compact.h"

#include <gtest/gtest.h>

#include "sketch.h"

namespace pitlane {
namespace {

using testing::camera;
using testing::Sketch;

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

TEST(Compact, OwnWeightCopiesOnlyWhatIsShared) {
  Sketch s(camera(3, 2));
  const WeightId shared = s.uniform("shared", {18, 18}, 1);
  Network network = s.finish(s.dense(s.dense(s.image(), 18, {.weight = shared}), 18, {.weight = shared}));
  const std::size_t before = network.weights.size();
  const WeightId own = own_weight(network, 1, shared);
  EXPECT_NE(own, shared);
  EXPECT_EQ(network.weights.size(), before + 1);
  EXPECT_EQ(std::get<Dense>(network.nodes[1].op).weight, own);
  EXPECT_EQ(std::get<Dense>(network.nodes[0].op).weight, shared);
  EXPECT_EQ(network.weights[own].name, "dense2.shared");
  EXPECT_EQ(decode_f32(network.weights[own]), decode_f32(network.weights[shared]));
  EXPECT_EQ(own_weight(network, 1, own), own);
  EXPECT_EQ(own_weight(network, 0, shared), shared);
  EXPECT_EQ(network.weights.size(), before + 1);
}

}  // namespace
}  // namespace pitlane
