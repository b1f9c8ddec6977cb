#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <limits>

#include "pitlane/optimize/passes.h"
#include "sketch.h"

namespace pitlane {
namespace {

using testing::camera;
using ::testing::HasSubstr;
using testing::Sketch;

std::ptrdiff_t norms(const Network& network) {
  return std::ranges::count_if(network.nodes, [](const Node& n) { return std::holds_alternative<BatchNorm>(n.op); });
}

/// Folds, and checks that the answers stay what they were.
Network folded(const Network& network, double tolerance = 1e-5) {
  Network result = network;
  const Status status = apply_pass(FoldBatchNorm{}, result);
  EXPECT_TRUE(status.ok()) << status.error().message();
  EXPECT_TRUE(validate(result).ok()) << validate(result).error().message();
  const auto picture = testing::random_picture(network, 5);
  const auto before = testing::reference_answer(network, picture);
  EXPECT_LT(testing::largest_difference(before, testing::reference_answer(result, picture)), tolerance);
  return result;
}

class FoldedFamily : public ::testing::TestWithParam<const char*> {};

TEST_P(FoldedFamily, FoldsItsNormalisationAndAnswersTheSame) {
  const Network before = testing::lively_pilotnet(GetParam());
  const Network after = folded(before);
  EXPECT_EQ(norms(after), 0);
  EXPECT_EQ(after.nodes.size(), before.nodes.size() - 1);
  EXPECT_EQ(after.weights.size(), before.weights.size() - 4);
  EXPECT_EQ(after.values.size(), before.values.size() - 1);
}

INSTANTIATE_TEST_SUITE_P(Both, FoldedFamily, ::testing::Values("pilotnet-torch", "pilotnet-tf"),
                         [](const auto& param_info) {
                           return std::string(param_info.param) == "pilotnet-tf" ? "tf" : "torch";
                         });

TEST(FoldBatchNorm, FirstWeightIsScaledByTheClosedForm) {
  const Network before = testing::lively_pilotnet("pilotnet-torch");
  const Network after = folded(before);
  const float deviation = std::sqrt(0.07F + std::get<BatchNorm>(before.nodes[0].op).epsilon);
  EXPECT_FLOAT_EQ(testing::weight_of(after, "conv1").f32()[0],
                  testing::weight_of(before, "conv1").f32()[0] * 1.1F / deviation);
}

TEST(FoldBatchNorm, TwiceIsOnce) {
  const Network once = folded(testing::small_network());
  EXPECT_EQ(content_hash(folded(once)), content_hash(once));
}

TEST(FoldBatchNorm, ChainsAndFlattenAreLookedThrough) {
  Sketch s(camera(9, 7));
  const ValueId x = s.flatten(s.norm(s.norm(s.image())));
  EXPECT_EQ(norms(folded(s.finish(s.dense(x, 4, {})))), 0);
}

TEST(FoldBatchNorm, BehindALinearLayerScalesItsRowsAndGivesItABias) {
  Sketch s(camera(9, 7));
  ValueId x = s.conv(s.image(), 5, 3, 2, {.activation = Activation::kNone, .bias = false});
  x = s.activate(s.norm(x), Activation::kElu);
  x = s.norm(s.dense(x, 3, {.activation = Activation::kNone}));
  const Network after = folded(s.finish(x));
  EXPECT_EQ(norms(after), 0);
  EXPECT_EQ(testing::bias_of(after, "conv1").shape, Shape{5});
}

TEST(FoldBatchNorm, StaysBehindAnActivation) {
  Sketch s(camera(9, 7));
  EXPECT_EQ(norms(folded(s.finish(s.norm(s.dense(s.image(), 3, {}))))), 1);
}

TEST(FoldBatchNorm, StaysWhereOthersReadIt) {
  Sketch two(camera(9, 7));
  const ValueId x = two.norm(two.image());
  two.dense(x, 3, {});
  EXPECT_EQ(norms(folded(two.finish(two.dense(x, 3, {})))), 1);

  Sketch output(camera(9, 7));
  const ValueId y = output.norm(output.image());
  output.dense(y, 3, {});
  EXPECT_EQ(norms(folded(output.finish(y))), 1);
}

TEST(FoldBatchNorm, SharedWeightsAreCopiedFirst) {
  Sketch s(camera(9, 7));
  const ValueId first = s.norm(s.image());
  const WeightId weight = s.uniform("shared", {189, 189}, 0.1);
  const WeightId bias = s.uniform("shared bias", {189}, 0.1);
  const ValueId x = s.dense(first, 189, {.weight = weight, .bias_weight = bias});
  const Network before = s.finish(s.dense(x, 189, {.weight = weight, .bias_weight = bias}));
  const Network after = folded(before, 1e-4);
  EXPECT_EQ(norms(after), 0);
  EXPECT_EQ(decode_f32(testing::weight_of(after, "dense3")), decode_f32(testing::weight_of(before, "dense3")));
  EXPECT_EQ(decode_f32(testing::bias_of(after, "dense3")), decode_f32(testing::bias_of(before, "dense3")));
}

Network behind_gamma(float gamma, const Padding& padding) {
  Sketch s(camera(9, 7));
  const ValueId x = s.norm(s.image(), {{1, gamma, 1}, {0.1F, 0.2F, 0.3F}, {0.5F, 0.5F, 0.5F}, {0.1F, 0.1F, 0.1F}});
  return s.finish(s.conv(x, 4, 3, 1, {.padding = padding}));
}

TEST(FoldBatchNorm, ABorderThatCannotBeExpressedKeepsTheNormalisation) {
  EXPECT_EQ(norms(folded(behind_gamma(0, {1, 1, 1, 1}))), 1);
  EXPECT_EQ(norms(folded(behind_gamma(0, {}))), 0) << "no border, nothing to express";
  EXPECT_EQ(norms(folded(behind_gamma(1e-6F, {1, 1, 1, 1}))), 1) << "the border would be 60,000 times the picture";
  EXPECT_EQ(norms(folded(behind_gamma(0.2F / 7.9F, {1, 1, 1, 1}))), 0);
  EXPECT_EQ(norms(folded(behind_gamma(0.2F / 8.1F, {1, 1, 1, 1}))), 1);
}

TEST(FoldBatchNorm, OtherStoragesAreDecodedFirst) {
  Network network = testing::small_network();
  for (Weight& weight : network.weights)
    if (weight.shape.size() > 1) weight = quantize_i8(weight);
  network.values[1].quantization = ActivationQuantization{0.5F, 3};
  ASSERT_TRUE(apply_pass(FoldBatchNorm{}, network).ok());
  EXPECT_TRUE(std::ranges::all_of(network.weights, [](const Weight& w) { return w.storage == Storage::kF32; }));
  EXPECT_TRUE(std::ranges::none_of(network.values, [](const Value& v) { return v.quantization.has_value(); }));
}

TEST(FoldBatchNorm, NamesTheLayerThatIsNotFinite) {
  Network network = testing::small_network();
  const auto& norm = std::get<BatchNorm>(network.nodes[0].op);
  network.weights[norm.beta] = make_f32_weight("beta", {3}, {0, std::numeric_limits<float>::quiet_NaN(), 0});
  const Status nan = apply_pass(FoldBatchNorm{}, network);
  ASSERT_FALSE(nan.ok());
  EXPECT_EQ(nan.error().kind(), ErrorKind::kNumeric);
  EXPECT_THAT(nan.error().message(), HasSubstr("BatchNorm 'norm1' holds NaN or infinity in 'beta'"));

  Sketch s(camera(9, 7));
  Network broken = s.finish(s.dense(s.norm(s.image(), {{1, 1, 1}, {0, 0, 0}, {0, 0, 0}, {1, 1, 1}}), 2, {}));
  Weight& variance = broken.weights[std::get<BatchNorm>(broken.nodes[0].op).variance];
  variance = make_f32_weight("variance", {3}, {-1, 1, 1});  // has no root
  const Status root = apply_pass(FoldBatchNorm{}, broken);
  ASSERT_FALSE(root.ok());
  EXPECT_THAT(root.error().message(), HasSubstr("Dense 'dense2' holds NaN or infinity"));
}

}  // namespace
}  // namespace pitlane
