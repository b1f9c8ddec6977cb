#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "pitlane/network/pit_file.h"
#include "pitlane/optimize/layers.h"
#include "pitlane/optimize/passes.h"
#include "sketch.h"

namespace pitlane {
namespace {

Network halved(const Network& network) {
  Network half = network;
  const Status status = apply_pass(HalfWeights{}, half);
  EXPECT_TRUE(status.ok()) << status.error().message();
  return half;
}

void set_last_weights(Network& network, float value) {
  Weight& last = network.weights[std::get<Dense>(network.nodes.back().op).weight];
  last = make_f32_weight(last.name, last.shape, std::vector<float>(static_cast<std::size_t>(last.size()), value));
}

TEST(HalfWeights, EveryWeightBecomesTheNearestHalf) {
  Network folded = testing::small_network();
  ASSERT_TRUE(apply_pass(FoldBatchNorm{}, folded).ok());
  const Network half = halved(testing::small_network());
  for (const Layer& layer : weighted_layers(half)) {
    const Weight& weight = half.weights[layer.weight];
    ASSERT_EQ(weight.storage, Storage::kF16) << layer_name(half.nodes[layer.node]);
    const std::vector<float> wanted = decode_f32(folded.weights[layer.weight]);
    for (std::size_t i = 0; i < wanted.size(); ++i) {
      const std::uint16_t bits = weight.f16()[i];
      const float error = std::abs(f16_to_f32(bits) - wanted[i]);
      EXPECT_LE(error, std::abs(f16_to_f32(static_cast<std::uint16_t>(bits + 1)) - wanted[i]));
      EXPECT_LE(error, std::abs(f16_to_f32(static_cast<std::uint16_t>(bits - 1)) - wanted[i]));
    }
    EXPECT_EQ(half.weights[layer.bias].storage, Storage::kF32);
    EXPECT_EQ(decode_f32(half.weights[layer.bias]), decode_f32(folded.weights[layer.bias]));
  }
}

TEST(HalfWeights, AnswersNearlyTheSameAndTakesHalfTheFile) {
  const Network before = testing::lively_pilotnet("pilotnet-torch");
  const Network half = halved(before);
  const auto picture = testing::random_picture(before, 2);
  const auto wanted = testing::reference_answer(before, picture);
  const double size = std::max(std::abs(wanted[0]), std::abs(wanted[1]));
  EXPECT_LT(testing::largest_difference(wanted, testing::reference_answer(half, picture)), 2e-3 * (size + 1));
  const double share =
      static_cast<double>(serialize_pit(half)->size()) / static_cast<double>(serialize_pit(before)->size());
  EXPECT_NEAR(share, 0.5, 0.005);
}

TEST(HalfWeights, SurvivesTheFileAndASecondTime) {
  const Network half = halved(testing::small_network());
  const Result<Network> read = parse_pit(SharedBytes(serialize_pit(half).value()));
  ASSERT_TRUE(read.ok()) << read.error().message();
  EXPECT_EQ(content_hash(*read), content_hash(half));
  EXPECT_EQ(content_hash(halved(half)), content_hash(half));
}

TEST(HalfWeights, SharedWeightsStayShared) {
  testing::Sketch s(testing::camera(3, 2));
  const WeightId shared = s.uniform("shared", {18, 18}, 1);
  const Network half = halved(s.finish(s.dense(s.dense(s.image(), 18, {.weight = shared}), 18, {.weight = shared})));
  EXPECT_EQ(testing::weight_of(half, "dense1").storage, Storage::kF16);
  EXPECT_EQ(half.weights.size(), 3U);
}

TEST(HalfWeights, Bfloat16ReachesAsFarAsFloatsAndAnswersNearlyTheSame) {
  const HalfWeights to_bf16{Storage::kBf16};
  Network large = testing::small_network();
  set_last_weights(large, -70000);
  ASSERT_TRUE(apply_pass(to_bf16, large).ok());
  EXPECT_EQ(testing::weight_of(large, "dense7").storage, Storage::kBf16);
  const Result<Network> read = parse_pit(SharedBytes(serialize_pit(large).value()));
  ASSERT_TRUE(read.ok()) << read.error().message();
  EXPECT_EQ(content_hash(*read), content_hash(large));

  const Network before = testing::lively_pilotnet("pilotnet-torch");
  Network narrow = before;
  ASSERT_TRUE(apply_pass(to_bf16, narrow).ok());
  const auto picture = testing::random_picture(before, 2);
  const auto wanted = testing::reference_answer(before, picture);
  const double size = std::max(std::abs(wanted[0]), std::abs(wanted[1]));
  const double difference = testing::largest_difference(wanted, testing::reference_answer(narrow, picture));
  EXPECT_LT(difference, 2e-2 * (size + 1));
  EXPECT_GT(difference, 0);
}

TEST(HalfWeights, RefusesWhatHalvesCannotHold) {
  Network large = testing::small_network();
  set_last_weights(large, -70000);
  EXPECT_EQ(apply_pass(HalfWeights{}, large).error().message(),
            "Dense 'dense7' has weights up to 70000, float16 reaches from 6.1e-05 to 65504; keep this network in "
            "float32");
  Network tiny = testing::small_network();
  set_last_weights(tiny, 2e-6F);
  EXPECT_EQ(apply_pass(HalfWeights{}, tiny).error().message(),
            "Dense 'dense7' has weights up to 2e-06, float16 reaches from 6.1e-05 to 65504; keep this network in "
            "float32");
  for (const float fine : {65504.0F, 6.11e-5F, 0.0F}) {
    Network network = testing::small_network();
    set_last_weights(network, fine);
    EXPECT_TRUE(apply_pass(HalfWeights{}, network).ok()) << fine;
    EXPECT_TRUE(validate(network).ok()) << fine;
  }
}

}  // namespace
}  // namespace pitlane
