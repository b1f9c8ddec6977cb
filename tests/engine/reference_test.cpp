// Closed forms of the operators without layer weights, and of grouped convolution.
#include "pitlane/engine/reference.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <numeric>

#include "pitlane/network/builder.h"
#include "test_networks.h"

namespace pitlane::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::FloatEq;
using Values = std::vector<float>;

/// Draws nodes behind one input of this shape (a vector, reshaped) and evaluates the last one.
Values evaluate(const Shape& shape, const Values& input, const std::function<ValueId(NetworkBuilder&, ValueId)>& draw) {
  NetworkBuilder builder("closed");
  const ValueId vector = builder.vector("x", InputKind::kCommand, element_count(shape));
  const ValueId last = draw(builder, builder.add("shape", Reshape{shape}, {vector}));
  builder.output(output_of(last));
  const Result<Network> network = std::move(builder).build();
  EXPECT_TRUE(network.ok()) << network.error().message();
  const std::vector<Values> inputs = {input};
  return run_reference(*network, inputs)->values[last];
}

Values evaluate_op(const Shape& shape, const Values& input, const Op& op) {
  return evaluate(shape, input, [&](NetworkBuilder& b, ValueId x) { return b.add("op", op, {x}); });
}

Values counted(std::size_t count) {
  Values values(count);
  std::iota(values.begin(), values.end(), 1.0F);
  return values;
}

TEST(Reference, PoolsWithWindowsCutAtTheEdges) {
  Pool2d op{PoolKind::kMax, 2, 2, 2, 2, {0, 0, 1, 1}};
  EXPECT_EQ(evaluate_op({3, 3, 1}, counted(9), op), (Values{5, 6, 8, 9}));
  op.kind = PoolKind::kAverage;
  EXPECT_EQ(evaluate_op({3, 3, 1}, counted(9), op), (Values{3, 4.5F, 7.5F, 9}));
  op = {PoolKind::kMax, 1, 2, 1, 1, {}};
  EXPECT_EQ(evaluate_op({1, 3, 2}, {-1, -2, -3, -4, -5, -1}, op), (Values{-1, -2, -3, -1}));
}

TEST(Reference, CombinesAlikeScalarsAndChannels) {
  const auto with = [](const Op& op, const Values& second, bool flat) {
    return evaluate({2, 1, 2}, {1, 2, 3, 4}, [&](NetworkBuilder& b, ValueId x) {
      Dense constant;
      const auto count = static_cast<std::int64_t>(second.size());
      constant.weight = b.weight(make_f32_weight("zero", {count, 4}, Values(second.size() * 4, 0)));
      constant.bias = b.weight(make_f32_weight("constant", {count}, second));
      ValueId other = b.add("constant", constant, {x});
      if (!flat) other = b.add("reshape", Reshape{{2, 1, 2}}, {other});
      return b.add("op", op, {x, other});
    });
  };
  EXPECT_EQ(with(Add{}, {10}, true), (Values{11, 12, 13, 14}));
  EXPECT_EQ(with(Add{}, {10, 20}, true), (Values{11, 22, 13, 24}));
  EXPECT_EQ(with(Multiply{}, {10, 20}, true), (Values{10, 40, 30, 80}));
  EXPECT_EQ(with(Multiply{}, {1, 2, 3, 4}, false), (Values{1, 4, 9, 16}));
}

TEST(Reference, JoinsAndCuts) {
  EXPECT_EQ(evaluate_op({2, 2, 2}, counted(8), Slice{{0, 1, 0}, {2, 2, 1}}), (Values{3, 7}));
  EXPECT_EQ(evaluate_op({2, 2, 2}, counted(8), Slice{{1, 0, 1}, {2, 2, 2}}), (Values{6, 8}));
  const Values joined = evaluate({1, 2, 2}, counted(4), [](NetworkBuilder& b, ValueId x) {
    const ValueId second = b.add("second", Slice{{0, 0, 1}, {1, 2, 2}}, {x});
    return b.add("join", Concat{}, {second, x});
  });
  EXPECT_EQ(joined, (Values{2, 1, 2, 4, 3, 4}));
}

TEST(Reference, PadsExpandsAndReshapes) {
  EXPECT_EQ(evaluate_op({1, 1, 2}, {1, 2}, Pad{{1, 0, 0, 1}, -7}), (Values{-7, -7, -7, -7, 1, 2, -7, -7}));
  EXPECT_EQ(evaluate_op({2}, {1, 2}, Expand{2, 1}), (Values{1, 2, 1, 2}));
  EXPECT_EQ(evaluate_op({2, 3}, counted(6), Reshape{{3, 2}}), counted(6));
}

TEST(Reference, SoftmaxOfLogarithmsAreTheirShares) {
  const Values y = evaluate_op({2, 2}, {0, std::log(3.0F), 1000, 1000}, Softmax{});
  EXPECT_THAT(y, ElementsAre(FloatEq(0.25F), FloatEq(0.75F), FloatEq(0.5F), FloatEq(0.5F)));
}

TEST(Reference, ActivationsUseTheirAlpha) {
  const auto of = [](const Activate& op) { return evaluate_op({3}, {-1, 0.5F, 8}, op); };
  EXPECT_THAT(of({Activation::kElu, 2}), ElementsAre(FloatEq(2 * std::expm1(-1.0F)), 0.5F, 8));
  EXPECT_THAT(of({Activation::kLeakyRelu, 0.3F}), ElementsAre(-0.3F, 0.5F, 8));
  EXPECT_THAT(of({Activation::kLeakyRelu}), ElementsAre(-0.01F, 0.5F, 8));
  EXPECT_THAT(of({Activation::kRelu6}), ElementsAre(0, 0.5F, 6));
  EXPECT_THAT(of({Activation::kHardSigmoid}), ElementsAre(FloatEq(0.3F), FloatEq(0.6F), 1));
  EXPECT_THAT(of({Activation::kHardSigmoid, 0.25F}), ElementsAre(0.25F, 0.625F, 1));
}

TEST(Reference, GroupsSeeOnlyTheirChannels) {
  const Values y = evaluate({1, 2, 4}, counted(8), [](NetworkBuilder& b, ValueId x) {
    Conv2d op;
    op.groups = 2;
    op.weight = b.weight(make_f32_weight("w", {2, 1, 2, 2}, {1, 10, 100, 1000, 1, 10, 100, 1000}));
    op.bias = b.weight(make_f32_weight("b", {2}, {0.5F, 0.25F}));
    return b.add("groups", op, {x});
  });
  EXPECT_EQ(y, (Values{1 + 20 + 500 + 6000 + 0.5F, 3 + 40 + 700 + 8000 + 0.25F}));
}

TEST(Reference, MemoryGoesFromRunToRun) {
  NetworkBuilder b("sum");
  const ValueId x = b.vector("x", InputKind::kCommand, 2);
  const ValueId before = b.state("sum", {2});
  const ValueId after = b.add("add", Add{}, {before, x});
  b.remember(before, after);
  b.output(output_of(after));
  const Network network = std::move(b).build().value();
  const std::vector<Values> inputs = {{1, 2}};
  ReferenceMemory memory;
  for (const float times : {1.0F, 2.0F, 3.0F})
    EXPECT_EQ(run_reference(network, inputs, &memory)->values[after], (Values{times, 2 * times}));
  EXPECT_EQ(run_reference(network, inputs)->values[after], (Values{1, 2})) << "without memory: from zeros";
  memory.resize(2);
  EXPECT_EQ(run_reference(network, inputs, &memory).error().message(),
            "reference: a memory of 2 states, the network has 1");
}

}  // namespace
}  // namespace pitlane::testing
