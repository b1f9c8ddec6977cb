#include "pitlane/network/describe.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "network/every_operator.h"
#include "network/small_network.h"

namespace pitlane {
namespace {

std::string layer(const std::string& name) {
  const Network network = every_operator();
  const auto found = std::ranges::find(network.nodes, name, &Node::name);
  return describe_layer(network, *found);
}

TEST(Describe, LayersSayWhatTheirSizesDoNot) {
  EXPECT_EQ(layer("conv"),
            "3x3, stride 1x2, padding 1 0 1 2 (top left bottom right) with (1, 2, 3, 4, 5, 6), 3 groups, relu6");
  EXPECT_EQ(layer("pool"), "mean of 2x3, stride 2x1, padding 0 1 1 2 (top left bottom right)");
  EXPECT_EQ(layer("pad"), "padding 0 1 2 0 (top left bottom right) with -0.5");
  EXPECT_EQ(layer("curve"), "hard_sigmoid, alpha 0.125");
  EXPECT_EQ(layer("slice"), "1 to 2, 0 to 1, 1 to 2");
  EXPECT_EQ(layer("added"), "of slice, expand");
  EXPECT_EQ(layer("dense"), "tanh");
  EXPECT_EQ(layer("flat"), "");
}

TEST(Describe, APictureOfOneChannelSaysWhich) {
  for (const auto& [format, words] :
       {std::pair(PixelFormat::kGrey, ", grey, x * 1 + 0"), std::pair(PixelFormat::kRed, ", red alone, x * 1 + 0"),
        std::pair(PixelFormat::kGreen, ", green alone, x * 1 + 0"),
        std::pair(PixelFormat::kBlue, ", blue alone, x * 1 + 0")}) {
    Network network = every_operator();
    network.inputs[0].preprocessing.format = format;
    network.inputs[0].preprocessing.scale = {1};
    network.inputs[0].preprocessing.offset = {0};
    EXPECT_THAT(describe_input(network, network.inputs[0]), ::testing::HasSubstr(words));
  }
}

TEST(Describe, InputsSayWhatTheyAreAndHowOld) {
  Network network = every_operator();
  EXPECT_EQ(describe_input(network, network.inputs[0]),
            "from a 8x6 frame, crop 8x6 at (0, 0), resized to 8x6, RGB, x * 0.00392157 + 0, 2 frames 0, 5 "
            "observations old");
  EXPECT_EQ(describe_input(network, network.inputs[1]), "measured speed in m/s * 0.25, numbers 0, 7 observations old");
  EXPECT_EQ(describe_input(network, network.inputs[2]), "traffic light ahead, one-hot");
  network.inputs[2].kind = InputKind::kCommand;
  EXPECT_EQ(describe_input(network, network.inputs[2]), "high-level command, one-hot");

  const Network plain = small_network();
  EXPECT_EQ(describe_input(plain, plain.inputs[0]),
            "from a 640x480 frame, crop 640x240 at (0, 240), resized to 200x66, RGB, x * 0.00392157 + 0");
}

TEST(Describe, SecondCamerasAreCounted) {
  Network network = every_operator();
  network.inputs.push_back(network.inputs[0]);
  network.inputs.back().preprocessing.offset = {0, 0.5F, 1};
  const std::string text = describe_input(network, network.inputs.back());
  EXPECT_NE(text.find("frame of camera 2 of 2, "), std::string::npos) << text;
  EXPECT_NE(text.find("+ (0, 0.5, 1)"), std::string::npos) << text;
}

}  // namespace
}  // namespace pitlane
