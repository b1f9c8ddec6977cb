// Numbers of .tflite files where they are easily lost: between grids, beside large limits, at the ends of 64 bits.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

#include "formats/tflite/tflite_graphs.h"

namespace pitlane::tflite {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

TensorId quantized(Graph& g, TensorId x, const Shape& shape) {
  const TensorId q = g.writer.flow("q", shape, Grid{0.5F, -128});
  g.writer.add(Code::QUANTIZE, 1, {x}, {q});
  return g.op(Code::DEQUANTIZE, {q}, shape);
}

TEST(NumbersOfTflite, OnlyReadersBehindQuantizeAreRounded) {
  Graph g({1, 2});
  const TensorId positive = g.op(Code::RELU, {g.input}, {1, 2});
  const TensorId rounded = quantized(g, positive, {1, 2});
  const Result<Network> network = parse(g.finish(g.op(Code::ADD, {rounded, positive}, {1, 2})));
  ASSERT_TRUE(network.ok()) << network.error().message();
  EXPECT_THAT(outputs_of(*network, {{0.7F, -3}}), ElementsAre(0.5F + 0.7F, 0));
}

TEST(NumbersOfTflite, WhatMakesTheValueRoundsItselfWhereNobodyElseReads) {
  Graph g({1, 4});
  const TensorId positive = g.op(Code::RELU, {g.input}, {1, 4});
  const TensorId rows = g.op(Code::RESHAPE, {positive}, {1, 2, 2});
  const Result<Network> network = parse(g.finish(quantized(g, rows, {1, 2, 2})));
  ASSERT_TRUE(network.ok()) << network.error().message();
  EXPECT_EQ(network->nodes.size(), 1U);
  EXPECT_THAT(outputs_of(*network, {{0.7F, -3, 0.8F, 500}}), ElementsAre(0.5F, 0, 1, 127.5F));
}

TEST(NumbersOfTflite, LimitsThatGuardHalfPrecisionChangeNothing) {
  for (const float limit : {65504.F, 1e6F, std::numeric_limits<float>::max()}) {
    Graph g({1, 14});
    const TensorId high = g.writer.reals("high", {1}, {limit}), low = g.writer.reals("low", {1}, {-limit});
    const TensorId below = g.op(Code::MINIMUM, {g.input, high}, {1, 14});
    const Result<Network> network = parse(g.finish(g.op(Code::MAXIMUM, {below, low}, {1, 14})));
    ASSERT_TRUE(network.ok()) << network.error().message();
    std::vector<float> input;
    for (float magnitude = 1e-3F; input.size() < 14; magnitude *= 10)
      input.insert(input.end(), {1.2345678F * magnitude, -1.2345678F * magnitude});
    EXPECT_EQ(outputs_of(*network, {input}), input) << limit;
    EXPECT_EQ(network->metadata.contains("limits left out"), limit < std::numeric_limits<float>::max());
  }
  Graph mixed({1, 2});
  const TensorId some = mixed.writer.reals("some", {2}, {1, 65504});
  EXPECT_THAT(error_of(mixed.finish(mixed.op(Code::MINIMUM, {mixed.input, some}, {1, 2}))),
              AllOf(HasSubstr("MINIMUM 0"), HasSubstr("some of its limits are of 65504 and beyond")));
}

TEST(NumbersOfTflite, RangesAtTheEndsOf64Bits) {
  constexpr std::int64_t kLow = std::numeric_limits<std::int64_t>::min(),
                         kHigh = std::numeric_limits<std::int64_t>::max();
  struct Case {
    std::int64_t begin, end, step;
    bool offset;
    std::vector<float> expected;
  };
  for (const auto& [begin, end, step, offset, expected] :
       {Case{1, kHigh, 1, false, {1, 2, 3}}, Case{kLow, kHigh, kHigh, false, {0}}, Case{2, kHigh, 1, true, {2, 3}},
        Case{1, 2, 1, true, {1, 2}}}) {
    Graph g({1, 4});
    const auto integers = [&](const std::vector<std::int64_t>& values) {
      WrittenTensor t{"places", {2}, tfl::TensorType::INT64};
      t.data = shared(values);
      return g.writer.tensor(std::move(t));
    };
    const std::vector<TensorId> inputs = {g.input, integers({0, begin}), integers({kHigh, end}),
                                          integers({kHigh, step})};
    const auto options =
        options_of(tfl::BuiltinOptions::StridedSlice, [flag = offset](flatbuffers::FlatBufferBuilder& out) {
          return tfl::CreateStridedSliceOptions(out, 0, 0, 0, 0, 0, flag);
        });
    const auto size = static_cast<std::int64_t>(expected.size());
    const Result<Network> network = parse(g.finish(g.op(Code::STRIDED_SLICE, inputs, {1, size}, options)));
    ASSERT_TRUE(network.ok()) << network.error().message();
    EXPECT_EQ(outputs_of(*network, {{0, 1, 2, 3}}), expected) << begin << " to " << end << " by " << step;
  }
}

TEST(NumbersOfTflite, GatesOfWhichOneHasNoScaleAreRefused) {
  Graph g({1, 6});
  std::vector<TensorId> inputs(24, -1);
  inputs[0] = g.op(Code::RESHAPE, {g.input}, {1, 3, 2});
  for (std::size_t gate = 0; gate < 4; ++gate) {
    WrittenTensor t{"gate" + std::to_string(gate), {2, 2}, tfl::TensorType::INT8, {}};
    if (gate != 2) t.scales = {0.25F};
    t.data = shared(std::vector<std::int8_t>{1, 2, 3, 4});
    inputs[1 + gate] = g.writer.tensor(std::move(t));
    inputs[5 + gate] = g.writer.reals("back", {2, 2}, waves(4));
  }
  const auto options =
      options_of(tfl::BuiltinOptions::UnidirectionalSequenceLSTM, [](flatbuffers::FlatBufferBuilder& out) {
        return tfl::CreateSequenceLSTMOptions(out, tfl::FusedActivation::TANH, 10);
      });
  EXPECT_THAT(
      error_of(g.finish(g.op(Code::UNIDIRECTIONAL_SEQUENCE_LSTM, inputs, {1, 3, 2}, options))),
      AllOf(HasSubstr("UNIDIRECTIONAL_SEQUENCE_LSTM"), HasSubstr("'gate0' and 'gate2' are quantised for one gate")));
}

}  // namespace
}  // namespace pitlane::tflite
