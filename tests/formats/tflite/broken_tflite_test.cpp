// Whatever stands in a .tflite file: one clear line, no crash, no memory out of proportion.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

#include "formats/tflite/tflite_graphs.h"
#include "pitlane/core/random.h"

namespace pitlane::tflite {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

GraphWriter::Options conv_options(int stride = 1, tfl::FusedActivation fused = tfl::FusedActivation::NONE) {
  return options_of(tfl::BuiltinOptions::Conv2D, [=](flatbuffers::FlatBufferBuilder& out) {
    return tfl::CreateConv2DOptions(out, tfl::Padding::VALID, stride, stride, fused);
  });
}

GraphWriter::Options plain_dense() {
  return options_of(tfl::BuiltinOptions::FullyConnected,
                    [](flatbuffers::FlatBufferBuilder& out) { return tfl::CreateFullyConnectedOptions(out); });
}

/// conv 3x3 to 2 channels, flattened, dense to 2.
Graph sound_graph(TensorId& output, std::vector<float> weight = waves(2 * 27)) {
  Graph g({1, 6, 8, 3});
  const TensorId w = g.writer.reals("kernel", {2, 3, 3, 3}, weight);
  const TensorId b = g.writer.reals("bias", {2}, {0.5F, -0.5F});
  const TensorId conv = g.op(Code::CONV_2D, {g.input, w, b}, {1, 4, 6, 2}, conv_options());
  const TensorId flat = g.op(Code::RESHAPE, {conv}, {1, 48});
  const TensorId dense = g.writer.reals("dense", {2, 48}, waves(96));
  output = g.op(Code::FULLY_CONNECTED, {flat, dense, -1}, {1, 2}, plain_dense());
  return g;
}

Bytes sound_file() {
  TensorId output = -1;
  const Graph g = sound_graph(output);
  return g.finish(output);
}

TEST(BrokenTflite, TheSoundFileIsSound) {
  const Result<Network> network = parse(sound_file());
  ASSERT_TRUE(network.ok()) << network.error().message();
  EXPECT_EQ(network->outputs.size(), 2U);
}

TEST(BrokenTflite, TruncatedAnywhere) {
  const Bytes whole = sound_file();
  for (std::size_t length = 0; length < whole.size(); length += length < 200 ? 1 : 7) {
    const Result<Network> network = parse(Bytes(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(length)));
    EXPECT_TRUE(network.ok() || !network.error().message().empty());
  }
  EXPECT_THAT(error_of(Bytes(whole.begin(), whole.begin() + 8)), HasSubstr("not a .tflite file"));
  EXPECT_THAT(error_of(Bytes(whole.begin(), whole.end() - 400)), HasSubstr("damaged or truncated"));
}

TEST(BrokenTflite, FlippedBytes) {
  const Bytes whole = sound_file();
  Random random(11);
  for (int round = 0; round < 4000; ++round) {
    Bytes bytes = whole;
    const std::size_t flips = 1 + random.index(3);
    for (std::size_t f = 0; f < flips; ++f)
      bytes[random.index(bytes.size())] = static_cast<std::byte>(random.index(256));
    const Result<Network> network = parse(bytes);
    EXPECT_TRUE(!network.ok() || validate(*network).ok());
  }
}

TEST(BrokenTflite, IndicesOutOfRange) {
  Graph g({1, 4});
  const TensorId out = g.op(Code::RELU, {77}, {1, 4});
  EXPECT_THAT(error_of(g.finish(out)), HasSubstr("RELU 0 reads tensor 77 of 2"));
  Graph h({1, 4});
  h.writer.add(Code::RELU, 1, {h.input}, {-3});
  EXPECT_THAT(error_of(h.finish(h.input)), HasSubstr("RELU 0 makes tensor -3 of 1"));
  Graph i({1, 4});
  EXPECT_THAT(error_of(i.writer.finish("g", {{0}, {9}, {"in"}, {"out"}}, {}).value()),
              HasSubstr("output is tensor 9 of 1"));
}

TEST(BrokenTflite, CyclesAndDisorder) {
  Graph g({1, 4});
  const TensorId a = g.writer.flow("a", {1, 4}, {}), b = g.writer.flow("b", {1, 4}, {});
  g.writer.add(Code::RELU, 1, {b}, {a});
  g.writer.add(Code::RELU, 1, {a}, {b});
  EXPECT_THAT(error_of(g.finish(b)), HasSubstr("RELU 0 reads tensor 'b' before anything makes it"));
  Graph twice({1, 4});
  const TensorId made = twice.op(Code::RELU, {twice.input}, {1, 4});
  twice.writer.add(Code::TANH, 1, {twice.input}, {made});
  EXPECT_THAT(error_of(twice.finish(made)), HasSubstr("TANH 1 makes tensor 'RELU' a second time"));
}

TEST(BrokenTflite, NotANumber) {
  std::vector<float> weight = waves(54);
  weight[17] = std::numeric_limits<float>::quiet_NaN();
  TensorId output = -1;
  const Graph g = sound_graph(output, weight);
  EXPECT_THAT(error_of(g.finish(output)), AllOf(HasSubstr("kernel"), HasSubstr("NaN")));
}

Bytes with_int8_weight(std::vector<float> scales, std::size_t bytes = 12) {
  Graph g({1, 4});
  WrittenTensor w{"w8", {3, 4}, tfl::TensorType::INT8, std::move(scales)};
  w.data = shared(std::vector<std::int8_t>(bytes, 5));
  const TensorId weight = g.writer.tensor(std::move(w));
  return g.finish(g.op(Code::FULLY_CONNECTED, {g.input, weight, -1}, {1, 3}, plain_dense()));
}

TEST(BrokenTflite, ScalesAndSizes) {
  EXPECT_EQ(error_of(with_int8_weight({0.5F})), "no error");
  EXPECT_THAT(error_of(with_int8_weight({0})),
              AllOf(HasSubstr("FULLY_CONNECTED 0"), HasSubstr("'w8' has the scale 0")));
  EXPECT_THAT(error_of(with_int8_weight({std::numeric_limits<float>::quiet_NaN()})), HasSubstr("no positive number"));
  EXPECT_THAT(error_of(with_int8_weight({1, 2})), HasSubstr("2 scales along dimension 0 of 3x4"));
  EXPECT_THAT(error_of(with_int8_weight({})), HasSubstr("'w8' has bytes and no scale"));
  EXPECT_THAT(error_of(with_int8_weight({0.5F}, 11)), HasSubstr("has 11 bytes stored, its shape 3x4 needs 12"));
}

TEST(BrokenTflite, HugeShapes) {
  Graph g({1, 1 << 20, 1 << 20, 3});
  EXPECT_THAT(error_of(g.finish(g.op(Code::RELU, {g.input}, {1, 1 << 20, 1 << 20, 3}))), HasSubstr("impossible"));
  Graph vector({1, 1 << 27});
  EXPECT_THAT(error_of(vector.finish(vector.op(Code::RELU, {vector.input}, {1, 1 << 27}))), HasSubstr("no picture"));
  Graph dynamic({1, -1, 200, 3});
  EXPECT_THAT(error_of(dynamic.finish(dynamic.op(Code::RELU, {dynamic.input}, {1, -1, 200, 3}))),
              HasSubstr("unknown shape"));
  // A scale a channel of a huge vector, made from a file of one kB.
  Graph small({1, 8192, 8192, 3});
  const TensorId two = small.writer.reals("two", {1}, {2});
  TensorId x = small.op(Code::RESHAPE, {small.input}, {1, 8192 * 8192 * 3});
  for (int i = 0; i < 3; ++i) {
    const TensorId flat = small.op(Code::MUL, {x, two}, {1, 8192 * 8192 * 3});
    x = small.op(Code::SOFTMAX, {flat}, {1, 8192 * 8192 * 3});
  }
  EXPECT_THAT(error_of(small.finish(x)), ::testing::Not(HasSubstr("no error")));
}

TEST(BrokenTflite, TooManyParts) {
  Graph g({1, 300, 300, 3});
  const auto options = options_of(tfl::BuiltinOptions::FullyConnected, [](flatbuffers::FlatBufferBuilder& out) {
    return tfl::CreateFullyConnectedOptions(out, tfl::FusedActivation::NONE, 0, true);
  });
  const TensorId w = g.writer.reals("w", {2, 3}, waves(6));
  EXPECT_THAT(error_of(g.finish(g.op(Code::FULLY_CONNECTED, {g.input, w, -1}, {1, 300, 300, 2}, options))),
              HasSubstr("torn into 90000 parts"));
}

TEST(BrokenTflite, WhatIsNotTranslatedIsNamed) {
  Graph loop({1, 4});
  EXPECT_THAT(error_of(loop.finish(loop.op(Code::WHILE, {loop.input}, {1, 4}))),
              AllOf(HasSubstr("WHILE 0: control flow"), HasSubstr("unroll=True")));
  Graph odd({1, 4});
  EXPECT_THAT(error_of(odd.finish(odd.op(Code::EXP, {odd.input}, {1, 4}))), HasSubstr("EXP 0: this operator"));
  Graph turned({1, 6, 8, 3});
  const TensorId order = turned.writer.integers("order", {4}, {0, 2, 1, 3});
  EXPECT_THAT(error_of(turned.finish(turned.op(Code::TRANSPOSE, {turned.input, order}, {1, 8, 6, 3}))),
              HasSubstr("TRANSPOSE 0: this transposition of 1x6x8x3"));
  Graph batch({7, 6, 8, 3});
  EXPECT_THAT(error_of(batch.finish(batch.op(Code::RELU, {batch.input}, {7, 6, 8, 3}))), HasSubstr("batch of one"));
}

TEST(BrokenTflite, WrongCountsAndChannels) {
  Graph g({1, 6, 8, 3});
  const TensorId w = g.writer.reals("w", {2, 3, 3, 5}, waves(90));
  EXPECT_THAT(error_of(g.finish(g.op(Code::CONV_2D, {g.input, w, -1}, {1, 4, 6, 2}, conv_options()))),
              AllOf(HasSubstr("CONV_2D 0"), HasSubstr("2x3x3x5 reads 3 channels")));
  Graph h({1, 6, 8, 3});
  const TensorId v = h.writer.reals("w", {2, 3, 3, 3}, waves(54));
  EXPECT_THAT(error_of(h.finish(h.op(Code::CONV_2D, {h.input, v, -1}, {1, 5, 6, 2}, conv_options()))),
              HasSubstr("its output 'CONV_2D' should be 1x5x6x2"));
  Graph i({1, 6, 8, 3});
  EXPECT_THAT(error_of(i.finish(i.op(Code::CONV_2D, {i.input}, {1, 4, 6, 2}, conv_options()))),
              HasSubstr("CONV_2D 0 lacks its input 1"));
  Graph j({1, 6, 8, 3});
  EXPECT_THAT(error_of(j.finish(j.op(Code::CONV_2D, {j.input, j.input, -1}, {1, 4, 6, 2}, conv_options()))),
              HasSubstr("its weight 'in' is computed while the network runs"));
  Graph k({1, 6, 8, 3});
  const TensorId u = k.writer.reals("w", {2, 3, 3, 3}, waves(54));
  EXPECT_THAT(error_of(k.finish(k.op(Code::CONV_2D, {k.input, u, -1}, {1, 4, 6, 2}, conv_options(0)))),
              HasSubstr("a stride or dilation of 0"));
}

}  // namespace
}  // namespace pitlane::tflite
