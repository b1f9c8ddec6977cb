// Shapes of every operator, and what does not fit.
#include <gtest/gtest.h>

#include <limits>
#include <string>

#include "pitlane/network/network.h"

namespace pitlane {
namespace {

constexpr float kInfinity = std::numeric_limits<float>::infinity();

const std::vector<Weight>& weights() {
  static const std::vector<Weight> all = {
      make_f32_weight("grouped", {6, 3, 3, 2}, std::vector<float>(108)),  // for 3 groups of 2
      make_f32_weight("five", {5}, std::vector<float>(5)),
  };
  return all;
}

Conv2d grouped(int groups) {
  Conv2d op;
  op.weight = 0;
  op.groups = groups;
  return op;
}

Pool2d pool(int window, Padding padding = {}) {
  Pool2d op;
  op.window_h = op.window_w = window;
  op.padding = padding;
  return op;
}

Shape shape(const Op& op, const std::vector<Shape>& inputs) {
  const Result<Shape> result = infer_shape(op, weights(), inputs);
  EXPECT_TRUE(result.ok()) << result.error().message();
  return result.ok() ? *result : Shape{};
}

std::string fault(const Op& op, const std::vector<Shape>& inputs) {
  const Result<Shape> result = infer_shape(op, weights(), inputs);
  EXPECT_FALSE(result.ok());
  return result.ok() ? "" : result.error().message();
}

TEST(InferShape, Groups) {
  EXPECT_EQ(shape(grouped(3), {{5, 7, 6}}), (Shape{3, 5, 6}));
  EXPECT_EQ(fault(grouped(4), {{5, 7, 8}}), "4 groups do not divide 8 channels and 6 outputs");
  EXPECT_EQ(fault(grouped(0), {{5, 7, 6}}), "0 groups do not divide 6 channels and 6 outputs");
  EXPECT_EQ(fault(grouped(1), {{5, 7, 6}}), "weight is made for 2 input channels, the input has 6");
  Conv2d op = grouped(3);
  op.bias = 1;
  EXPECT_EQ(fault(op, {{5, 7, 6}}), "bias 'five' has 5 values, needs 6");
  op = grouped(3);
  op.pad_value = {0, 0};
  EXPECT_EQ(fault(op, {{5, 7, 6}}), "pad_value needs one value per input channel");
}

TEST(InferShape, Pools) {
  Pool2d op = pool(3, {1, 2, 0, 1});
  op.stride_h = 2;
  EXPECT_EQ(shape(op, {{6, 7, 5}}), (Shape{3, 8, 5}));
  EXPECT_EQ(fault(pool(3, {3, 0, 0, 0}), {{6, 7, 5}}), "padding must be smaller than the window");
  EXPECT_EQ(fault(pool(7), {{6, 7, 5}}), "window 7x7 is larger than the padded input 6x7x5");
  EXPECT_EQ(fault(pool(0), {{6, 7, 5}}), "window must be 1 to 1024");
  EXPECT_EQ(fault(pool(2), {{6, 7}}), "needs an input of 3 dimensions, has 6x7");
  op.kind = static_cast<PoolKind>(2);
  EXPECT_EQ(fault(op, {{6, 7, 5}}), "unknown kind of pooling");
}

TEST(InferShape, Pairs) {
  EXPECT_EQ(shape(Add{}, {{4, 5, 3}, {4, 5, 3}}), (Shape{4, 5, 3}));
  EXPECT_EQ(shape(Multiply{}, {{4, 5, 3}, {3}}), (Shape{4, 5, 3}));
  EXPECT_EQ(shape(Multiply{}, {{4, 5, 3}, {1, 1, 3}}), (Shape{4, 5, 3}));
  EXPECT_EQ(shape(Add{}, {{4, 5, 3}, {1}}), (Shape{4, 5, 3}));
  EXPECT_EQ(fault(Add{}, {{4, 5, 3}, {5}}), "cannot combine 4x5x3 with 5");
  EXPECT_EQ(fault(Add{}, {{3}, {4, 5, 3}}), "cannot combine 3 with 4x5x3");
  EXPECT_EQ(fault(Multiply{}, {{3}}), "Multiply takes two inputs, has 1");
  EXPECT_EQ(fault(Softmax{}, {{3}, {3}}), "Softmax takes one input, has 2");
}

TEST(InferShape, JoinsAndCuts) {
  EXPECT_EQ(shape(Concat{}, {{4, 5, 3}, {4, 5, 1}, {4, 5, 2}}), (Shape{4, 5, 6}));
  EXPECT_EQ(fault(Concat{}, {{4, 5, 3}, {5, 4, 3}}), "cannot join 4x5x3 and 5x4x3");
  EXPECT_EQ(fault(Concat{}, {{4, 5, 3}, {3}}), "cannot join 4x5x3 and 3");
  EXPECT_EQ(fault(Concat{}, {}), "Concat takes at least one input, has none");
  EXPECT_EQ(shape(Slice{{0, 1, 2}, {4, 3, 3}}, {{4, 5, 3}}), (Shape{4, 2, 1}));
  EXPECT_EQ(fault(Slice{{0, 1, 2}, {4, 6, 3}}, {{4, 5, 3}}), "takes 1 to 6 of dimension 1 of 4x5x3");
  EXPECT_EQ(fault(Slice{{0, 1, -1}, {4, 5, 3}}, {{4, 5, 3}}), "takes -1 to 3 of dimension 2 of 4x5x3");
  EXPECT_EQ(fault(Slice{{1}, {1}}, {{4}}), "takes 1 to 1 of dimension 0 of 4");
  EXPECT_EQ(fault(Slice{{0}, {1}}, {{4, 2}}), "needs a begin and an end for each dimension of 4x2");
}

TEST(InferShape, PadsReshapesAndExpands) {
  EXPECT_EQ(shape(Pad{{1, 2, 3, 4}, 0}, {{4, 5, 3}}), (Shape{8, 11, 3}));
  EXPECT_EQ(fault(Pad{{1, 2, -3, 4}, 0}, {{4, 5, 3}}), "padding must be 0 to 1024 pixels");
  EXPECT_EQ(fault(Pad{{1, 2, 3, 4}, kInfinity}, {{4, 5, 3}}), "pads with a value that is not finite");
  EXPECT_EQ(shape(Reshape{{3, 20}}, {{4, 5, 3}}), (Shape{3, 20}));
  EXPECT_EQ(fault(Reshape{{3, 21}}, {{4, 5, 3}}), "cannot make 3x21 of 4x5x3");
  EXPECT_EQ(fault(Reshape{{-3, -20}}, {{4, 5, 3}}), "cannot make -3x-20 of 4x5x3");
  EXPECT_EQ(shape(Expand{2, 3}, {{4}}), (Shape{2, 3, 4}));
  EXPECT_EQ(fault(Expand{2, 3}, {{4, 2}}), "needs a vector, has 4x2");
  EXPECT_EQ(fault(Expand{0, 3}, {{4}}), "needs a positive height and width");
  EXPECT_EQ(fault(Expand{1 << 20, 1 << 20}, {{4}}), "Expand would make a tensor of 1048576x1048576x4");
}

TEST(InferShape, Activations) {
  EXPECT_EQ(shape(Activate{Activation::kHardSigmoid, 0.5F}, {{4, 2}}), (Shape{4, 2}));
  EXPECT_EQ(fault(Activate{static_cast<Activation>(8), 0}, {{4}}), "unknown activation");
  EXPECT_EQ(fault(Activate{Activation::kElu, kInfinity}, {{4}}), "alpha must be a finite number");
}

}  // namespace
}  // namespace pitlane
