// Numbers of ONNX files where they are easily lost: between grids, beside large limits, at the ends of 64 bits, past
// the end of a sequence; and files that name the same numbers again and again.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <limits>

#include "formats/onnx/onnx_sketch.h"
#include "pitlane/engine/reference.h"

namespace pitlane::onnx {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

/// {1, 2, 1, 1}: the first two numbers of the picture's first row and column, of channels 0 and 1.
std::string corner(Sketch& s) {
  std::vector<float> values(2 * 3 * 8 * 9, 0);
  values[0] = values[(3 + 1) * 8 * 9] = 1;
  return s.graph.node("Conv", "corner", {"picture", s.graph.constant("corner.weight", {2, 3, 8, 9}, values)});
}

std::string through_grid(Sketch& s, const std::string& x, std::uint8_t zero) {
  constexpr float kScale = 0.5F;
  const std::array bytes = {std::byte{zero}};
  const std::string scale = s.graph.constant("scale", {}, std::span(&kScale, 1));
  const std::string zero_point = s.graph.constant("zero", ElementType::kUint8, {}, bytes);
  return s.graph.node("DequantizeLinear", "real",
                      {s.graph.node("QuantizeLinear", "bytes", {x, scale, zero_point}), scale, zero_point});
}

std::vector<float> answers(const Network& network, float a, float b) {
  std::vector<std::vector<float>> inputs = {std::vector<float>(3 * 8 * 9, 0)};
  inputs[0][0] = a;
  inputs[0][1] = b;
  const Result<ReferenceResult> result = run_reference(network, inputs);
  if (!result.ok()) {
    ADD_FAILURE() << result.error().message();
    return {};
  }
  std::vector<float> values;
  for (const OutputSpec& o : network.outputs)
    values.push_back(result->values[static_cast<std::size_t>(o.value)][static_cast<std::size_t>(o.element)]);
  return values;
}

TEST(NumbersOfOnnx, OnlyReadersBehindQuantizeLinearAreRounded) {
  Sketch s;
  const std::string x = s.graph.node("Relu", "relu", {corner(s)});
  const std::string sum = s.graph.node("Add", "sum", {through_grid(s, x, 0), x});
  const Result<Network> network = s.import(s.graph.node("Flatten", "flat", {sum}));
  ASSERT_TRUE(network.ok()) << network.error().message();
  EXPECT_THAT(answers(*network, 0.7F, -3), ElementsAre(0.5F + 0.7F, 0));
}

TEST(NumbersOfOnnx, WhatFollowsARoundingIsNotMadePartOfTheLayerBefore) {
  Sketch s;
  const std::string x = through_grid(s, corner(s), 128);
  const Result<Network> network = s.import(s.graph.node("Flatten", "flat", {s.graph.node("Relu", "relu", {x})}));
  ASSERT_TRUE(network.ok()) << network.error().message();
  EXPECT_EQ(network->nodes.size(), 2U);  // the layer rounds by itself
  EXPECT_THAT(answers(*network, 0.7F, -3), ElementsAre(0.5F, 0));
}

TEST(NumbersOfOnnx, AGridWithoutNegativeNumbersCutsThem) {
  Sketch s;
  const Result<Network> network = s.import(s.graph.node("Flatten", "flat", {through_grid(s, corner(s), 0)}));
  ASSERT_TRUE(network.ok()) << network.error().message();
  EXPECT_THAT(answers(*network, 500, -3), ElementsAre(127.5F, 0));
}

TEST(NumbersOfOnnx, LimitsThatGuardHalfPrecisionChangeNothing) {
  for (const float limit : {65504.F, 1e6F, std::numeric_limits<float>::max()}) {
    Sketch s;
    const float low = -limit;
    const std::string lowest = s.graph.constant("low", {}, std::span(&low, 1));
    const std::string highest = s.graph.constant("high", {}, std::span(&limit, 1));
    const std::string x = s.graph.node("Clip", "clip", {corner(s), lowest, highest});
    const Result<Network> network = s.import(s.graph.node("Flatten", "flat", {x}));
    ASSERT_TRUE(network.ok()) << network.error().message();
    for (float magnitude = 1e-3F; magnitude < 2e3F; magnitude *= 10)
      EXPECT_THAT(answers(*network, 1.2345678F * magnitude, -1.2345678F * magnitude),
                  ElementsAre(1.2345678F * magnitude, -1.2345678F * magnitude));
    EXPECT_EQ(network->metadata.contains("limits left out"), limit < std::numeric_limits<float>::max());
  }
}

std::string lstm_of_length(const std::vector<std::int64_t>& lengths) {
  Sketch s;
  const std::string x = s.graph.node("Reshape", "steps", {"picture", s.integers({3, 1, 72})});
  const std::string lens = lengths.empty() ? "picture" : s.graph.constant("lens", lengths);
  const auto made = s.graph.node("LSTM", "lstm", {x, s.floats({1, 8, 72}), s.floats({1, 8, 2}), "", lens},
                                 Attributes().integer("hidden_size", 2), 2);
  return message_of(s.import(s.graph.node("Reshape", "flat", {made[1], s.integers({1, 2})})));
}

TEST(NumbersOfOnnx, SequencesThatEndEarlyAreRefused) {
  EXPECT_EQ(lstm_of_length({3}), "imported without an error");
  EXPECT_THAT(lstm_of_length({2}), HasSubstr("LSTM 'lstm': has sequence_lens of 2, its input has 3 steps"));
  EXPECT_THAT(lstm_of_length({3, 3}), HasSubstr("has sequence_lens of the shape {2}; one whole number is needed"));
  EXPECT_THAT(lstm_of_length({}), HasSubstr("its sequence_lens 'picture' are computed by the network"));
}

TEST(NumbersOfOnnx, DequantizedIntegersOfAnySize) {
  Sketch s;
  constexpr float kScale = 1e-19F;
  const std::vector<std::int64_t> lowest(2 * 3 * 8 * 9, std::numeric_limits<std::int64_t>::min());
  const std::array zero = {std::numeric_limits<std::int64_t>::max()};
  const std::string w =
      s.graph.node("DequantizeLinear", "w",
                   {s.graph.constant("q", ElementType::kInt64, {2, 3, 8, 9}, std::as_bytes(std::span(lowest))),
                    s.graph.constant("scale", {}, std::span(&kScale, 1)),
                    s.graph.constant("zero", ElementType::kInt64, {}, std::as_bytes(std::span(zero)))});
  const Result<Network> network =
      s.import(s.graph.node("Flatten", "flat", {s.graph.node("Conv", "conv", {"picture", w})}));
  ASSERT_TRUE(network.ok()) << network.error().message();
  EXPECT_NEAR(answers(*network, 1, 0)[0], -1.8446744F, 1e-5);
}

/// A tensor "wI" of 512 x 512 floats that lie in w.bin, as one more part of the graph.
void add_external(MessageWriter& graph, int i, const std::string& location, std::size_t offset) {
  MessageWriter tensor;
  for (int d = 0; d < 2; ++d) tensor.integer(1, 512);
  tensor.integer(2, 1);
  tensor.text(8, "w" + std::to_string(i));
  const std::pair<std::string, std::string> entries[] = {{"location", location}, {"offset", std::to_string(offset)}};
  for (const auto& [key, value] : entries) {
    MessageWriter entry;
    entry.text(1, key);
    entry.text(2, value);
    tensor.message(13, entry);
  }
  tensor.integer(14, 1);
  graph.message(5, tensor);
}

TEST(NumbersOfOnnx, TheSameExternalBytesCountEachTimeTheyAreNamed) {
  const auto named = [](int times) {
    Sketch s;
    const std::vector<std::byte> bytes((std::size_t{1} << 20) + 4096);
    EXPECT_TRUE(write_file(s.folder / "w.bin", bytes).ok());
    MessageWriter graph, model;
    std::string sum = "picture";
    for (int i = 0; i < times; ++i) {
      // Other places in it and other ways to write its name make it no larger.
      add_external(graph, i, i % 2 == 0 ? "w.bin" : "./w.bin", 4 * static_cast<std::size_t>(i));
      const std::string one =
          s.graph.node("Slice", "one", {"w" + std::to_string(i), s.integers({0, 0}), s.integers({1, 1})});
      sum = s.graph.node("Add", "add", {sum, one});
    }
    const std::string w = s.floats({2, 3, 8, 9});
    s.graph.name_node(s.graph.unique("y"), s.graph.node("Flatten", "flat", {s.graph.node("Conv", "conv", {sum, w})}));
    s.graph.output("y", {1, 2});
    std::vector<std::byte> file = s.graph.finish("sketch", {});
    model.message(7, graph);
    file.insert(file.end(), model.content().begin(), model.content().end());
    return message_of(s.import_bytes(file));
  };
  EXPECT_EQ(named(20), "imported without an error");
  EXPECT_THAT(named(200), HasSubstr("asks for much more memory than the file has bytes"));
}

}  // namespace
}  // namespace pitlane::onnx
