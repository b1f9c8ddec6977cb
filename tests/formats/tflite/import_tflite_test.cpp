// What the operators and grids of .tflite files become, against closed forms and against answers of LiteRT that
// references/make_tflite.py stored.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <fstream>

#include "formats/tflite/tflite_graphs.h"
#include "pitlane/formats/import.h"

namespace pitlane::tflite {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::vector<float> run(const Bytes& bytes, const std::vector<float>& input) {
  const Result<Network> network = parse(bytes);
  if (!network.ok()) throw std::runtime_error(network.error().message());
  return outputs_of(*network, {input});
}

GraphWriter::Options dense_options(tfl::FusedActivation fused = tfl::FusedActivation::NONE) {
  return options_of(tfl::BuiltinOptions::FullyConnected, [fused](flatbuffers::FlatBufferBuilder& out) {
    return tfl::CreateFullyConnectedOptions(out, fused);
  });
}

TensorId int8_tensor(Graph& g, const std::string& name, Shape shape, const std::vector<std::int8_t>& values,
                     std::vector<float> scales, int dimension = 0) {
  WrittenTensor t{name, std::move(shape), tfl::TensorType::INT8, std::move(scales)};
  t.dimension = dimension;
  t.data = shared(values);
  return g.writer.tensor(std::move(t));
}

TEST(ImportTflite, IntegersBecomeRealNumbers) {
  // in (float) -> QUANTIZE -> dense of int8 -> DEQUANTIZE: weights 0.5 q, bias in steps of 0.1 * 0.5.
  Graph g({1, 2});
  const TensorId q = g.writer.flow("q", {1, 2}, Grid{0.1F, -28});
  g.writer.add(Code::QUANTIZE, 1, {g.input}, {q});
  const TensorId w = int8_tensor(g, "w", {2, 2}, {2, -4, 127, 6}, {0.5F});
  const TensorId b = g.writer.integers("b", {2}, {10, -20});
  const TensorId y = g.writer.flow("y", {1, 2}, Grid{0.25F, 3});
  g.writer.add(Code::FULLY_CONNECTED, 4, {q, w, b}, {y}, dense_options());
  const TensorId out = g.op(Code::DEQUANTIZE, {y}, {1, 2});
  const Result<Network> network = parse(g.finish(out));
  ASSERT_TRUE(network.ok()) << network.error().message();
  ASSERT_EQ(network->weights[1].storage, Storage::kI8);
  EXPECT_THAT(network->weights[1].scales, ElementsAre(0.5F, 0.5F));
  const auto& grid = network->values[static_cast<std::size_t>(network->inputs[0].value)].quantization;
  ASSERT_TRUE(grid.has_value());
  EXPECT_EQ(*grid, (ActivationQuantization{0.1F, 100}));
  // 1.03 and -0.52 on the grid: 1.0 and -0.5.
  const std::vector<float> made = outputs_of(*network, {{1.03F, -0.52F}});
  EXPECT_NEAR(made[0], 1.0 * 1 + -0.5 * -2 + 10 * 0.05, 1e-5);
  // 1.0 * 63.5 + -0.5 * 3 - 20 * 0.05 = 61, which the grid of y cuts at 0.25 * (127 - 3).
  EXPECT_NEAR(made[1], 31, 1e-4);
}

TEST(ImportTflite, Minus128StaysExact) {
  Graph g({1, 2});
  const TensorId w = int8_tensor(g, "w", {1, 2}, {-128, 4}, {0.25F});
  const Result<Network> network =
      parse(g.finish(g.op(Code::FULLY_CONNECTED, {g.input, w, -1}, {1, 1}, dense_options())));
  ASSERT_TRUE(network.ok()) << network.error().message();
  EXPECT_EQ(network->weights[0].storage, Storage::kF32);
  EXPECT_THAT(network->metadata.at("assumed of the file"), HasSubstr("weights of w do not fit"));
  EXPECT_THAT(outputs_of(*network, {{1, 2}}), ElementsAre(-30));
}

TEST(ImportTflite, UnsignedWeightsWithAZeroPoint) {
  for (const int zero : {128, 100}) {  // 128: fits; 100: 255 - 100 does not
    Graph g({1, 2});
    WrittenTensor t{"w", {1, 2}, tfl::TensorType::UINT8, {0.5F}, zero};
    t.data = shared(std::vector<std::uint8_t>{250, 90});
    const TensorId w = g.writer.tensor(std::move(t));
    const Result<Network> network =
        parse(g.finish(g.op(Code::FULLY_CONNECTED, {g.input, w, -1}, {1, 1}, dense_options())));
    ASSERT_TRUE(network.ok()) << network.error().message();
    EXPECT_EQ(network->weights[0].storage, zero == 128 ? Storage::kI8 : Storage::kF32);
    EXPECT_NEAR(decode_f32(network->weights[0])[0], 0.5 * (250 - zero), 1e-5);
    EXPECT_NEAR(decode_f32(network->weights[0])[1], 0.5 * (90 - zero), 1e-5);
  }
}

TEST(ImportTflite, HalvesBehindDequantize) {
  Graph g({1, 3});
  const TensorId half =
      g.writer.tensor({"half",
                       {2, 3},
                       tfl::TensorType::FLOAT16,
                       {},
                       0,
                       0,
                       shared(std::vector<std::uint16_t>{0x3C00, 0x4000, 0xC200, 0x3800, 0, 0x3C00})});
  const TensorId w = g.op(Code::DEQUANTIZE, {half}, {2, 3});
  const Result<Network> network =
      parse(g.finish(g.op(Code::FULLY_CONNECTED, {g.input, w, -1}, {1, 2}, dense_options())));
  ASSERT_TRUE(network.ok()) << network.error().message();
  EXPECT_EQ(network->weights[0].storage, Storage::kF16);
  EXPECT_THAT(outputs_of(*network, {{1, 2, 3}}), ElementsAre(-4, 3.5F));
}

TEST(ImportTflite, ReshapesBetweenFramesMoveNothing) {
  // {1, 4, 3} -> {4, 3} -> dense per row -> {1, 8} -> STRIDED_SLICE of every third.
  Graph g({1, 12});
  const TensorId rows = g.op(Code::RESHAPE, {g.input}, {1, 4, 3});
  const TensorId w = g.writer.reals("w", {2, 3}, {1, 0, 0, 0, 1, 1});
  const TensorId made = g.op(Code::FULLY_CONNECTED, {rows, w, -1}, {4, 2}, dense_options());
  const TensorId begin = g.writer.integers("begin", {2}, {1, 0}), end = g.writer.integers("end", {2}, {4, 2}),
                 step = g.writer.integers("step", {2}, {2, 1});
  const TensorId some = g.op(Code::STRIDED_SLICE, {made, begin, end, step}, {2, 2},
                             options_of(tfl::BuiltinOptions::StridedSlice, [](flatbuffers::FlatBufferBuilder& out) {
                               return tfl::CreateStridedSliceOptions(out);
                             }));
  std::vector<float> input(12);
  for (std::size_t i = 0; i < 12; ++i) input[i] = static_cast<float>(i);
  EXPECT_THAT(run(g.finish(some), input), ElementsAre(3, 9, 9, 21));
}

TEST(ImportTflite, ArithmeticWithConstants) {
  Graph g({1, 2});
  const TensorId c = g.writer.reals("c", {2}, {2, 4});
  const auto div = options_of(tfl::BuiltinOptions::Div,
                              [](flatbuffers::FlatBufferBuilder& out) { return tfl::CreateDivOptions(out); });
  const auto sub = options_of(tfl::BuiltinOptions::Sub, [](flatbuffers::FlatBufferBuilder& out) {
    return tfl::CreateSubOptions(out, tfl::FusedActivation::RELU);
  });
  const TensorId quotient = g.op(Code::DIV, {g.input, c}, {1, 2}, div);
  EXPECT_THAT(run(g.finish(g.op(Code::SUB, {c, quotient}, {1, 2}, sub)), {3, 20}), ElementsAre(0.5F, 0));
  Graph zero({1, 2});
  const TensorId z = zero.writer.reals("z", {1}, {0});
  EXPECT_THAT(error_of(zero.finish(zero.op(Code::DIV, {zero.input, z}, {1, 2}, div))),
              HasSubstr("DIV 0 divides by zero"));
  Graph limits({1, 3});
  const TensorId one = limits.writer.reals("one", {1}, {1});
  const TensorId most = limits.op(Code::MINIMUM, {limits.input, one}, {1, 3});
  const TensorId minus = limits.writer.reals("minus", {1}, {-2});
  EXPECT_THAT(run(limits.finish(limits.op(Code::MAXIMUM, {most, minus}, {1, 3})), {-5, 0.5F, 3}),
              ElementsAre(-2, 0.5F, 1));
}

TEST(ImportTflite, CurvesAreWhatTheyAre) {
  const std::vector<float> x = {-4, -2, -0.5F, 0.25F, 2, 7};
  const auto curve = [&](Code code) {
    Graph g({1, 6});
    return run(g.finish(g.op(code, {g.input}, {1, 6})), x);
  };
  const std::vector<float> swish = curve(Code::HARD_SWISH), relu1 = curve(Code::RELU_N1_TO_1),
                           negative = curve(Code::NEG);
  for (std::size_t i = 0; i < x.size(); ++i) {
    EXPECT_NEAR(swish[i], x[i] * std::clamp(x[i] + 3, 0.F, 6.F) / 6, 1e-6) << x[i];
    EXPECT_NEAR(relu1[i], std::clamp(x[i], -1.F, 1.F), 1e-6) << x[i];
    EXPECT_EQ(negative[i], -x[i]);
  }
}

TEST(ImportTflite, TheLayoutOfChannelsFirstIsUndone) {
  // {1, 3, 4, 5} -> {1, 4, 5, 3} -> relu -> back -> flattened as {C, H, W} -> dense that picks single elements.
  Graph g({1, 3, 20, 16});
  const TensorId last = g.writer.integers("last", {4}, {0, 2, 3, 1}),
                 first = g.writer.integers("first", {4}, {0, 3, 1, 2});
  const TensorId picture = g.op(Code::TRANSPOSE, {g.input, last}, {1, 20, 16, 3});
  const TensorId curve = g.op(Code::RELU, {picture}, {1, 20, 16, 3});
  const TensorId back = g.op(Code::TRANSPOSE, {curve, first}, {1, 3, 20, 16});
  const TensorId flat = g.op(Code::RESHAPE, {back}, {1, 960});
  std::vector<float> w(2 * 960, 0);
  w[2 * 320 + 5 * 16 + 7] = 1;         // channel 2, row 5, column 7
  w[960 + 1 * 320 + 19 * 16 + 3] = 1;  // channel 1, row 19, column 3
  const TensorId weight = g.writer.reals("w", {2, 960}, w);
  const TensorId out = g.op(Code::FULLY_CONNECTED, {flat, weight, -1}, {1, 2}, dense_options());
  std::vector<float> input(960);
  for (std::size_t i = 0; i < 960; ++i) input[i] = static_cast<float>(i);  // of our {H, W, C}
  EXPECT_THAT(run(g.finish(out), input), ElementsAre((5 * 16 + 7) * 3 + 2, (19 * 16 + 3) * 3 + 1));
}

TEST(ImportTflite, SequenceLstmAgainstTheFormula) {
  constexpr std::size_t kSteps = 3, kIn = 2, kUnits = 2;
  Graph g({1, kSteps * kIn});
  const TensorId steps = g.op(Code::RESHAPE, {g.input}, {1, kSteps, kIn});
  std::vector<TensorId> inputs(24, -1);
  inputs[0] = steps;
  std::vector<std::vector<float>> w, r, b;
  for (std::size_t gate = 0; gate < 4; ++gate) {
    w.push_back(waves(kUnits * kIn, 0.3 + static_cast<double>(gate)));
    r.push_back(waves(kUnits * kUnits, 0.9 + static_cast<double>(gate)));
    b.push_back(waves(kUnits, 0.2 + static_cast<double>(gate)));
    inputs[1 + gate] = g.writer.reals("w", {kUnits, kIn}, w.back());
    inputs[5 + gate] = g.writer.reals("r", {kUnits, kUnits}, r.back());
    inputs[12 + gate] = g.writer.reals("b", {kUnits}, b.back());
  }
  const auto options =
      options_of(tfl::BuiltinOptions::UnidirectionalSequenceLSTM, [](flatbuffers::FlatBufferBuilder& out) {
        return tfl::CreateSequenceLSTMOptions(out, tfl::FusedActivation::TANH, 10);
      });
  const TensorId made = g.op(Code::UNIDIRECTIONAL_SEQUENCE_LSTM, inputs, {1, kSteps, kUnits}, options);
  const std::vector<float> x = waves(kSteps * kIn, 1.3);
  const std::vector<float> ours = run(g.finish(made), x);
  std::vector<double> h(kUnits, 0), c(kUnits, 0);
  const auto sigmoid = [](double v) { return 1 / (1 + std::exp(-v)); };
  for (std::size_t t = 0; t < kSteps; ++t) {
    const std::vector<double> before = h;
    for (std::size_t u = 0; u < kUnits; ++u) {
      double sums[4];
      for (std::size_t gate = 0; gate < 4; ++gate) {
        sums[gate] = b[gate][u];
        for (std::size_t i = 0; i < kIn; ++i) sums[gate] += static_cast<double>(w[gate][u * kIn + i]) * x[t * kIn + i];
        for (std::size_t i = 0; i < kUnits; ++i) sums[gate] += static_cast<double>(r[gate][u * kUnits + i]) * before[i];
      }
      c[u] = sigmoid(sums[1]) * c[u] + sigmoid(sums[0]) * std::tanh(sums[2]);
      h[u] = sigmoid(sums[3]) * std::tanh(c[u]);
      EXPECT_NEAR(ours[t * kUnits + u], h[u], 1e-5) << "step " << t << " unit " << u;
    }
  }
}

TEST(ImportTflite, ShapesComputedInTheGraphAreFolded) {
  Graph g({1, 6});
  const TensorId shape = g.writer.tensor({"shape", {2}, tfl::TensorType::INT32});
  g.writer.add(Code::SHAPE, 1, {g.input}, {shape});
  const TensorId begin = g.writer.integers("begin", {1}, {0}), end = g.writer.integers("end", {1}, {1}),
                 step = g.writer.integers("step", {1}, {1});
  const TensorId batch = g.writer.tensor({"batch", {1}, tfl::TensorType::INT32});
  g.writer.add(Code::STRIDED_SLICE, 1, {shape, begin, end, step}, {batch},
               options_of(tfl::BuiltinOptions::StridedSlice, [](flatbuffers::FlatBufferBuilder& out) {
                 return tfl::CreateStridedSliceOptions(out, 0, 0, 0, 0, 1);
               }));
  const TensorId three = g.writer.integers("three", {1}, {3}), two = g.writer.integers("two", {1}, {2});
  const TensorId wanted = g.writer.tensor({"wanted", {3}, tfl::TensorType::INT32});
  g.writer.add(Code::PACK, 1, {batch, three, two}, {wanted},
               options_of(tfl::BuiltinOptions::Pack,
                          [](flatbuffers::FlatBufferBuilder& out) { return tfl::CreatePackOptions(out, 3, 0); }));
  const TensorId rows = g.op(Code::RESHAPE, {g.input, wanted}, {1, 3, 2});
  const TensorId axis = g.writer.integers("axis", {1}, {1});
  EXPECT_THAT(run(g.finish(g.op(Code::MEAN, {rows, axis}, {1, 2})), {1, 2, 3, 4, 8, 9}), ElementsAre(4, 5));
}

TEST(ImportTflite, WhatPicturesHoldIsReadFromTheirGrid) {
  for (const auto& [scale, zero, expected, offset] :
       {std::tuple(1 / 255.F, -128, 1 / 255.F, 0.F), std::tuple(1 / 127.5F, 0, 1 / 127.5F, -1.F),
        std::tuple(1.F, -128, 1.F, 0.F)}) {
    Graph g({1, 6, 8, 3});
    const TensorId q = g.writer.flow("q", {1, 6, 8, 3}, Grid{scale, zero});
    g.writer.add(Code::QUANTIZE, 1, {g.input}, {q});
    const TensorId axes = g.writer.integers("axes", {2}, {1, 2});
    const TensorId mean = g.writer.flow("mean", {1, 3}, Grid{scale, zero});
    g.writer.add(Code::MEAN, 2, {q, axes}, {mean});
    const Result<Network> network = parse(g.finish(g.op(Code::DEQUANTIZE, {mean}, {1, 3})));
    ASSERT_TRUE(network.ok()) << network.error().message();
    EXPECT_FLOAT_EQ(network->inputs[0].preprocessing.scale[0], expected);
    EXPECT_FLOAT_EQ(network->inputs[0].preprocessing.offset[0], offset);
  }
}

/// references/tflite/NAME.tflite, and beside it for each of its samples the input's seed and LiteRT's answer.
void expect_reference(const std::string& name, float most) {
  const std::string stem = std::string(PITLANE_SOURCE_DIR) + "/tests/formats/references/tflite/" + name;
  const Result<Network> network = import_network(stem + ".tflite");
  ASSERT_TRUE(network.ok()) << network.error().message();
  std::ifstream answers(stem + ".txt");
  ASSERT_TRUE(answers.is_open()) << stem;
  int samples = 0;
  for (double step = 0; answers >> step; ++samples) {
    std::vector<std::vector<float>> inputs;
    for (const InputSpec& input : network->inputs) {
      const auto count =
          static_cast<std::size_t>(element_count(network->values[static_cast<std::size_t>(input.value)].shape));
      inputs.push_back(waves(count, step));
      for (float& v : inputs.back()) v = (v + 1) / 2;
    }
    for (const float ours : outputs_of(*network, inputs)) {
      float theirs = 0;
      ASSERT_TRUE(answers >> theirs);
      EXPECT_NEAR(ours, theirs, most) << name << " sample " << samples;
    }
  }
  EXPECT_EQ(samples, 5);
}

// The last number is one step of the file's output for int8, and for dynamic what two ways of measuring a range differ
// by.
TEST(ImportTflite, AgreesWithLiteRtFloat) { expect_reference("picture-float32", 1e-5F); }
TEST(ImportTflite, AgreesWithLiteRtFloat16) { expect_reference("picture-float16", 1e-5F); }
TEST(ImportTflite, AgreesWithLiteRtDynamic) { expect_reference("picture-dynamic", 0.02F); }
TEST(ImportTflite, AgreesWithLiteRtInt8) { expect_reference("picture-int8", 0.02F); }
TEST(ImportTflite, AgreesWithLiteRtInt8InAndOut) { expect_reference("picture-int8-io", 0.02F); }
TEST(ImportTflite, AgreesWithLiteRtUnsignedInAndOut) { expect_reference("picture-uint8-io", 0.02F); }
TEST(ImportTflite, AgreesWithLiteRtFrames) { expect_reference("frames-float32", 1e-5F); }
TEST(ImportTflite, AgreesWithLiteRtSequence) { expect_reference("sequence-float32", 1e-5F); }
TEST(ImportTflite, AgreesWithLiteRtFramesInt8) { expect_reference("frames-int8", 0.02F); }

TEST(ImportTflite, DonkeycarsOutputsAreNamed) {
  const Result<Network> network =
      import_network(std::string(PITLANE_SOURCE_DIR) + "/tests/formats/references/tflite/picture-float32.tflite");
  ASSERT_TRUE(network.ok()) << network.error().message();
  ASSERT_EQ(network->outputs.size(), 2U);
  EXPECT_EQ(network->outputs[0].name, "steering");
  EXPECT_EQ(network->outputs[1].name, "throttle");
  EXPECT_EQ(network->outputs[1].high, 1.F);
}

TEST(ImportTflite, ARealLoopIsRefusedByName) {
  const Result<Network> network =
      import_network(std::string(PITLANE_SOURCE_DIR) + "/tests/formats/references/tflite/loop.tflite");
  ASSERT_FALSE(network.ok());
  EXPECT_THAT(network.error().message(), HasSubstr("WHILE"));
  EXPECT_THAT(network.error().message(), HasSubstr("unroll=True"));
}

}  // namespace
}  // namespace pitlane::tflite
