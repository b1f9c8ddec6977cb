// Parameter counts from the published architectures in closed form, and what families do with their options.
#include "pitlane/network/families.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <set>

#include "network/small_network.h"

namespace pitlane {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::int64_t norm(std::int64_t channels) { return 4 * channels; }
std::int64_t conv(std::int64_t kernel, std::int64_t in, std::int64_t out) { return kernel * kernel * in * out + out; }
std::int64_t conv3d(std::int64_t kernel, std::int64_t in, std::int64_t out) {
  return kernel * kernel * kernel * in * out + out;
}
std::int64_t dense(std::int64_t in, std::int64_t out) { return in * out + out; }
std::int64_t lstm(std::int64_t in, std::int64_t units) { return 4 * (in * units + units * units + units); }
// Of one that sees a single step: its recurrent kernel, 4 * k * k * f * f numbers of the published network, only ever
// meets zeros and is left out.
std::int64_t conv_lstm_step(std::int64_t kernel, std::int64_t in, std::int64_t filters) {
  return 4 * (kernel * kernel * in * filters + filters);
}
std::int64_t dense_part(std::int64_t features, std::int64_t outputs) {
  return dense(features, 1164) + dense(1164, 100) + dense(100, 50) + dense(50, 10) + dense(10, outputs);
}
std::int64_t pilotnet_convs(std::int64_t channels) {
  return conv(5, channels, 24) + conv(5, 24, 36) + conv(5, 36, 48) + conv(3, 48, 64) + conv(3, 64, 64);
}

FamilyOptions sized(int width, int height) {
  FamilyOptions options = small_options();
  options.preprocessing.width = width;
  options.preprocessing.height = height;
  return options;
}

Network built(const std::string& family, const FamilyOptions& options = small_options()) {
  Result<Network> network = find_family(family).value()->build(options);
  EXPECT_TRUE(network.ok()) << network.error().message();
  return std::move(network).value();
}

TEST(Families, StackedPilotNet) {
  EXPECT_EQ(parameter_count(built("pilotnet-stacked")), norm(9) + conv(5, 9, 36) + conv(5, 36, 48) + conv(5, 48, 64) +
                                                            conv(3, 64, 80) + conv(3, 80, 80) +
                                                            dense_part(1 * 18 * 80, 2));
}

TEST(Families, PilotNetWithSpeedHasAFourthChannel) {
  EXPECT_EQ(parameter_count(built("pilotnet-tf-v")), norm(4) + pilotnet_convs(4) + dense_part(9 * 25 * 64, 2));
}

TEST(Families, LstmsOverFrames) {
  const std::int64_t memory = lstm(9 * 25 * 64, 4) + 3 * lstm(4, 4);
  EXPECT_EQ(parameter_count(built("pilotnet-x3")), norm(3) + pilotnet_convs(3) + memory + dense_part(4, 2));
  const std::int64_t wide = lstm(9 * 25 * 64, 32) + 3 * lstm(32, 32) + dense(32, 2);
  EXPECT_EQ(parameter_count(built("pilotnet-x3-timedistributed")), norm(3) + pilotnet_convs(3) + wide);
  EXPECT_EQ(parameter_count(built("pilotnet-x3-timedistributed-v")), norm(4) + pilotnet_convs(4) + wide);
}

// Three frames become two in the first layer and one in the second. Padded 'same' in time, the second layer's kernel
// meets frames with 2 of its 5 slices, the third's with 1 of 5, the last ones' with 1 of 3.
std::int64_t unreachable() { return 3 * (25 * 24 * 36) + 4 * (25 * 36 * 48) + 2 * (9 * 48 * 64) + 2 * (9 * 64 * 64); }

std::int64_t convs_over_time(std::int64_t channels) {
  return conv3d(5, channels, 24) + conv3d(5, 24, 36) + conv3d(5, 36, 48) + conv3d(3, 48, 64) + conv3d(3, 64, 64) -
         unreachable();
}

TEST(Families, ConvolutionsOverTime) {
  const std::int64_t norms = norm(24 + 36 + 48 + 64 + 64 + 1164 + 100 + 50 + 10);
  EXPECT_EQ(parameter_count(built("pilotnet-x3-conv3d")), norm(3) + convs_over_time(3) + norms + dense_part(64, 2));
  EXPECT_EQ(parameter_count(built("pilotnet-x3-conv3d-v")), norm(4) + convs_over_time(4) + norms + dense_part(64, 2));
}

TEST(Families, MemDccpOnItsOwnPictures) {
  EXPECT_EQ(parameter_count(built("memdccp", sized(50, 100))),
            norm(3) + convs_over_time(3) + conv_lstm_step(5, 7, 8) + 3 * conv_lstm_step(5, 8, 8) +
                dense(13 * 64 * 8, 50) + dense(50, 10) + dense(10, 2));
}

TEST(Families, DeepestLstmTinyPilotNetOnItsOwnPictures) {
  const std::int64_t rest = 2 * conv(3, 8, 8) + 3 * conv_lstm_step(5, 8, 8) + dense(50, 10) + dense(10, 2);
  EXPECT_EQ(parameter_count(built("deepest-lstm-tinypilotnet", sized(100, 50))),
            conv(3, 3, 8) + rest + dense(5 * 11 * 8, 50));
  EXPECT_EQ(parameter_count(built("deepest-lstm-tinypilotnet-v", sized(50, 150))),
            conv(3, 4, 8) + rest + dense(17 * 5 * 8, 50));
}

TEST(Families, OneHotOnItsOwnPictures) {
  FamilyOptions options = sized(200, 288);
  const std::int64_t rest =
      conv(3, 3, 8) + 2 * conv(3, 8, 8) + 3 * conv_lstm_step(5, 8, 8) + dense(50, 10) + dense(10, 2);
  EXPECT_EQ(parameter_count(built("pilotnet-onehot", options)), rest + dense(8 * 35 * 24 + 1 + 4, 50));
  options.lights = 4;
  const Network seeing_lights = built("pilotnet-onehot", options);
  EXPECT_EQ(parameter_count(seeing_lights), rest + dense(8 * 35 * 24 + 1 + 4 + 4, 50));
  std::vector<InputKind> kinds;
  for (const InputSpec& input : seeing_lights.inputs) kinds.push_back(input.kind);
  EXPECT_THAT(kinds, ElementsAre(InputKind::kImage, InputKind::kSpeed, InputKind::kCommand, InputKind::kLight));
  EXPECT_EQ(std::get<Dense>(seeing_lights.nodes.back().op).activation, Activation::kSigmoid);
}

// Two steps of three frames read the same kernel: each number of it exists once.
TEST(Families, ConvolutionsOverTimeShareTheirKernel) {
  const Network network = built("pilotnet-x3-conv3d", sized(40, 24));
  std::map<WeightId, int> uses;
  for (const Node& node : network.nodes)
    if (const auto* op = std::get_if<Conv2d>(&node.op); op != nullptr && node.name.rfind("conv1", 0) == 0)
      ++uses[op->weight];
  std::vector<std::int64_t> frames;
  for (const auto& [weight, count] : uses) {
    const Weight& kernel = network.weights[static_cast<std::size_t>(weight)];
    frames.push_back(kernel.shape[3] / 3);
    EXPECT_EQ(count, frames.back() == 1 ? 2 : 1) << kernel.name;
  }
  EXPECT_THAT(frames, ElementsAre(2, 1, 2));  // slices 0 and 1, 2, 3 and 4
}

TEST(Families, AgesAreTheirOwnUnlessAskedForOthers) {
  EXPECT_THAT(ages_of(built("pilotnet-stacked").inputs[0]), ElementsAre(2, 1, 0));
  EXPECT_THAT(ages_of(built("memdccp", sized(40, 24)).inputs[0]), ElementsAre(9, 5, 0));
  FamilyOptions options = sized(40, 24);
  options.ages = {7, 0};
  const Network network = built("pilotnet-x3-conv3d-v", options);
  EXPECT_THAT(network.inputs[0].ages, ElementsAre(7, 0));
  EXPECT_THAT(network.inputs[1].ages, ElementsAre(7, 0));
  EXPECT_EQ(network.inputs[0].preprocessing.frames, 2);
}

TEST(Families, ManyFramesKeepSeveralThroughTheConvolutions) {
  FamilyOptions options = sized(40, 24);
  options.ages = {20, 18, 16, 14, 12, 10, 8, 6, 4, 2, 0};
  for (const char* name : {"pilotnet-x3-conv3d", "memdccp", "pilotnet-x3"}) (void)built(name, options);
}

TEST(Families, SeedDecidesTheWeightsOfAll) {
  std::set<std::string> names;
  for (const Family& family : families()) {
    FamilyOptions options = sized(80, 66);
    EXPECT_TRUE(names.insert(family.name).second);
    const std::string hash = content_hash(built(family.name, options));
    EXPECT_EQ(content_hash(built(family.name, options)), hash) << family.name;
    options.seed = 2;
    EXPECT_NE(content_hash(built(family.name, options)), hash) << family.name;
  }
}

std::string refusal(const std::string& family, const FamilyOptions& options) {
  const auto network = find_family(family).value()->build(options);
  return network.ok() ? "built" : network.error().message();
}

TEST(Families, Refusals) {
  FamilyOptions options = small_options();
  options.ages = {1, 0};
  EXPECT_EQ(refusal("pilotnet-torch", options),
            "pilotnet-torch sees a single frame and cannot take 2 ages; choose a family of several frames, e.g. "
            "pilotnet-stacked");
  options.ages = {-1, 0, 0};
  EXPECT_THAT(refusal("pilotnet-stacked", options), HasSubstr("ages are 0 (the newest frame) to 1000, not -1"));
  options.ages = std::vector<int>(65, 1);
  EXPECT_THAT(refusal("pilotnet-stacked", options), HasSubstr("frames must be 1 to 64"));
  EXPECT_THAT(refusal("pilotnet-x3-timedistributed", sized(4000, 3000)),
              HasSubstr("layer 'lstm1' would have 1536 million weights, the limit is 100 million; choose a smaller"));
  EXPECT_THAT(refusal("pilotnet-onehot", sized(8, 8)), HasSubstr("is larger than the padded input"));
}

}  // namespace
}  // namespace pitlane
