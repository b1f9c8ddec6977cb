#include "pitlane/optimize/layers.h"

#include <gtest/gtest.h>

#include <limits>

#include "pitlane/kernels/kernel_args.h"
#include "sketch.h"

namespace pitlane {
namespace {

using testing::camera;
using testing::Sketch;

std::vector<std::string> names(const Network& network, const std::vector<Layer>& layers) {
  std::vector<std::string> result;
  for (const Layer& layer : layers) result.push_back(network.nodes[layer.node].name);
  return result;
}

using Names = std::vector<std::string>;

TEST(Layers, AreListedInRunningOrder) {
  const Network network = testing::small_network();
  EXPECT_EQ(names(network, weighted_layers(network)), (Names{"conv2", "conv3", "dense5", "dense6", "dense7"}));
  EXPECT_EQ(layer_name(network.nodes[1]), "Conv2d 'conv2'");
}

TEST(Layers, OutputsAndSmallDenseLayersStayFloat) {
  const Network network = testing::small_network();
  EXPECT_EQ(names(network, quantizable_layers(network)), (Names{"conv2", "conv3", "dense5"}));
  const Network pilotnet = testing::lively_pilotnet("pilotnet-torch");
  EXPECT_EQ(names(pilotnet, quantizable_layers(pilotnet)),
            (Names{"conv1", "conv2", "conv3", "conv4", "conv5", "dense1", "dense2"}));
}

TEST(Layers, OutputsAreFoundBehindActivationsAndNormalisations) {
  Sketch s(camera(60, 50));
  const ValueId x = s.dense(s.image(), 4, {});
  Network network = s.finish(s.activate(s.norm(s.dense(x, 4096, {})), Activation::kTanh));
  EXPECT_TRUE(makes_output(network, testing::node_named(network, "dense2")));
  EXPECT_FALSE(makes_output(network, testing::node_named(network, "dense1")));
  EXPECT_EQ(names(network, quantizable_layers(network)), Names{"dense1"});
}

TEST(Layers, SumsThatCouldOverflowStayFloat) {
  static_assert(256 * 260 > kernels::kMaxI8Terms && 256 * 259 < kernels::kMaxI8Terms);
  const auto quantizable = [](int width) {
    Sketch s(camera(width, 256, PixelFormat::kGrey));
    const Network network = s.finish(s.dense(s.dense(s.image(), 2, {}), 2, {}));
    return quantizable_layers(network).size();
  };
  EXPECT_EQ(quantizable(260), 0U);
  EXPECT_EQ(quantizable(259), 1U);
}

TEST(Layers, NamesWhatIsNotFinite) {
  Network network = testing::small_network();
  EXPECT_TRUE(check_finite_layers(network).ok());
  network.weights[std::get<Conv2d>(network.nodes[2].op).bias] =
      make_f32_weight("bias", {12}, std::vector<float>(12, std::numeric_limits<float>::infinity()));
  EXPECT_EQ(check_finite_layers(network).error().message(), "Conv2d 'conv3' holds NaN or infinity in 'bias'");
}

}  // namespace
}  // namespace pitlane
