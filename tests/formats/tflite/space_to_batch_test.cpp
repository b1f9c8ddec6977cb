// Convolutions with dilation as TensorFlow writes them, against their definition.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>

#include "formats/tflite/tflite_graphs.h"

namespace pitlane::tflite {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

constexpr std::int64_t kHeight = 6, kWidth = 10, kChannels = 3, kKernel = 3;

GraphWriter::Options convolution(bool depthwise, int stride = 1, tfl::Padding padding = tfl::Padding::VALID) {
  if (depthwise)
    return options_of(tfl::BuiltinOptions::DepthwiseConv2D, [=](flatbuffers::FlatBufferBuilder& out) {
      return tfl::CreateDepthwiseConv2DOptions(out, padding, stride, stride, 1, tfl::FusedActivation::RELU);
    });
  return options_of(tfl::BuiltinOptions::Conv2D, [=](flatbuffers::FlatBufferBuilder& out) {
    return tfl::CreateConv2DOptions(out, padding, stride, stride, tfl::FusedActivation::RELU);
  });
}

/// How a picture of 6x10 goes through a 3x3 kernel whose elements lie `blocks` apart.
struct Dilated {
  std::array<std::int32_t, 2> blocks = {2, 2};
  std::array<std::int32_t, 4> padding = {}, crops = {};  // top, bottom, left, right

  [[nodiscard]] std::int64_t padded(std::size_t d) const {
    return (d == 0 ? kHeight : kWidth) + padding[2 * d] + padding[2 * d + 1];
  }
  [[nodiscard]] std::int64_t made(std::size_t d) const {
    return padded(d) - blocks[d] * (kKernel - 1) - crops[2 * d] - crops[2 * d + 1];
  }
};

/// SPACE_TO_BATCH_ND, a convolution with `kernel` and BATCH_TO_SPACE_ND.
struct DilatedGraph : Graph {
  TensorId torn = -1, out = -1;

  explicit DilatedGraph(const Dilated& d, bool depthwise = true, std::vector<float> kernel = {},
                        const GraphWriter::Options& options = {})
      : Graph({1, kHeight, kWidth, kChannels}) {
    if (kernel.empty()) kernel = waves(kKernel * kKernel * kChannels * (depthwise ? 1 : 2));
    const std::int64_t batch = d.blocks[0] * d.blocks[1], channels = depthwise ? kChannels : 2;
    const std::int64_t h = d.padded(0) / d.blocks[0], w = d.padded(1) / d.blocks[1];
    const TensorId block = writer.integers("block", {2}, {d.blocks[0], d.blocks[1]});
    torn = op(Code::SPACE_TO_BATCH_ND,
              {input, block, writer.integers("padding", {2, 2}, {d.padding.begin(), d.padding.end()})},
              {batch, h, w, kChannels});
    const Shape shape = depthwise ? Shape{1, kKernel, kKernel, kChannels} : Shape{2, kKernel, kKernel, kChannels};
    const TensorId weight = writer.reals("w", shape, kernel);
    const TensorId bias = writer.reals("b", {channels}, std::vector<float>(static_cast<std::size_t>(channels), 0.25F));
    const TensorId convolved =
        op(depthwise ? Code::DEPTHWISE_CONV_2D : Code::CONV_2D, {torn, weight, bias},
           {batch, h - kKernel + 1, w - kKernel + 1, channels}, options ? options : convolution(depthwise));
    out = op(Code::BATCH_TO_SPACE_ND,
             {convolved, block, writer.integers("crops", {2, 2}, {d.crops.begin(), d.crops.end()})},
             {1, d.made(0), d.made(1), channels});
  }
};

/// By definition: every sum of products, then 0.25 and relu.
std::vector<float> by_definition(const Dilated& d, bool depthwise, const std::vector<float>& kernel,
                                 const std::vector<float>& picture) {
  const std::int64_t outputs = depthwise ? kChannels : 2;
  const auto pixel = [&](std::int64_t y, std::int64_t x, std::int64_t c) {
    y -= d.padding[0];
    x -= d.padding[2];
    const bool inside = y >= 0 && y < kHeight && x >= 0 && x < kWidth;
    return inside ? picture[static_cast<std::size_t>((y * kWidth + x) * kChannels + c)] : 0.F;
  };
  std::vector<float> made;
  for (std::int64_t y = 0; y < d.made(0); ++y)
    for (std::int64_t x = 0; x < d.made(1); ++x)
      for (std::int64_t o = 0; o < outputs; ++o) {
        double sum = 0.25;
        for (std::int64_t v = 0; v < kKernel; ++v)
          for (std::int64_t u = 0; u < kKernel; ++u)
            for (std::int64_t c = depthwise ? o : 0; c < (depthwise ? o + 1 : kChannels); ++c) {
              const std::int64_t at =
                  depthwise ? (v * kKernel + u) * kChannels + c : ((o * kKernel + v) * kKernel + u) * kChannels + c;
              sum += kernel[static_cast<std::size_t>(at)] *
                     pixel(y + d.crops[0] + v * d.blocks[0], x + d.crops[2] + u * d.blocks[1], c);
            }
        made.push_back(static_cast<float>(std::max(0.0, sum)));
      }
  return made;
}

TEST(SpaceToBatch, IsTheDilationOfTheConvolutionBehindIt) {
  const std::vector<float> picture = waves(kHeight * kWidth * kChannels, 1.3);
  for (const Dilated& d : {Dilated{}, Dilated{{2, 2}, {2, 2, 2, 2}, {}}, Dilated{{1, 3}, {0, 0, 3, 5}, {0, 0, 0, 2}},
                           Dilated{{3, 2}, {2, 1, 1, 1}, {1, 0, 0, 1}}})
    for (const bool depthwise : {true, false}) {
      const std::vector<float> kernel = waves(kKernel * kKernel * kChannels * (depthwise ? 1 : 2));
      const DilatedGraph g(d, depthwise, kernel);
      const Result<Network> network = parse(g.finish(g.out));
      ASSERT_TRUE(network.ok()) << network.error().message();
      const std::vector<float> made = outputs_of(*network, {picture}),
                               wanted = by_definition(d, depthwise, kernel, picture);
      ASSERT_EQ(made.size(), wanted.size());
      for (std::size_t i = 0; i < made.size(); ++i) EXPECT_NEAR(made[i], wanted[i], 1e-5) << i;
    }
}

TEST(SpaceToBatch, WhatCannotBeADilationIsRefused) {
  const std::string remedy = "; import the file that the .tflite was converted from";
  const std::string known =
      "between SPACE_TO_BATCH_ND and BATCH_TO_SPACE_ND only a convolution without padding and "
      "stride is translated" +
      remedy;
  const DilatedGraph stride({}, true, {}, convolution(true, 2));
  EXPECT_THAT(error_of(stride.finish(stride.out)), HasSubstr("DEPTHWISE_CONV_2D 1: " + known));
  const DilatedGraph same({}, false, {}, convolution(false, 1, tfl::Padding::SAME));
  EXPECT_THAT(error_of(same.finish(same.out)), HasSubstr("CONV_2D 1: " + known));
  DilatedGraph other({});
  const TensorId curved = other.op(Code::TANH, {other.torn}, {4, 3, 5, kChannels});
  EXPECT_THAT(error_of(other.finish(curved)),
              HasSubstr("TANH 3: reads a picture that SPACE_TO_BATCH_ND tore into batches; only convolutions are known "
                        "before BATCH_TO_SPACE_ND joins it" +
                        remedy));
  const DilatedGraph torn({});
  EXPECT_THAT(error_of(torn.finish(torn.torn)), HasSubstr("is a picture that SPACE_TO_BATCH_ND tore into batches"));
  Graph joined({1, kHeight, kWidth, kChannels});
  const TensorId two = joined.writer.integers("two", {2}, {2, 2}),
                 none = joined.writer.integers("none", {2, 2}, {0, 0, 0, 0});
  EXPECT_THAT(error_of(joined.finish(joined.op(Code::BATCH_TO_SPACE_ND, {joined.input, two, none}, {1, 12, 20, 3}))),
              HasSubstr("BATCH_TO_SPACE_ND 0: reads 'in', which SPACE_TO_BATCH_ND did not tear into batches" + remedy));
}

TEST(SpaceToBatch, BrokenNumbersAreRefused) {
  const auto error = [](const std::vector<std::int32_t>& blocks, const std::vector<std::int32_t>& padding) {
    Graph g({1, kHeight, kWidth, kChannels});
    const auto count = static_cast<std::int64_t>(blocks.size());
    const TensorId block = g.writer.integers("block", {count}, blocks);
    const TensorId edges = g.writer.integers("edges", {static_cast<std::int64_t>(padding.size())}, padding);
    return error_of(g.finish(g.op(Code::SPACE_TO_BATCH_ND, {g.input, block, edges}, {4, 3, 5, kChannels})));
  };
  EXPECT_THAT(error({2}, {0, 0}), HasSubstr("blocks of 1 dimensions are not translated"));
  for (const std::int32_t bad : {0, -2, 1025, 1 << 30})
    EXPECT_THAT(error({2, bad}, {0, 0, 0, 0}),
                HasSubstr("a block of " + std::to_string(bad) + ", it must be 1 to 1024"));
  for (const std::int32_t bad : {-1, 1 << 30})
    EXPECT_THAT(error({2, 2}, {0, bad, 0, 0}),
                HasSubstr("its padding is " + std::to_string(bad) + ", it must be 0 to 1024"));
  EXPECT_THAT(error({2, 2}, {0, 0}), HasSubstr("its padding is not of two dimensions"));
  EXPECT_THAT(error({2, 2}, {0, 1, 0, 0}), HasSubstr("a padded picture of 7x10 is not whole blocks of 2x2"));
  EXPECT_THAT(error({2, 2}, {0, 2, 0, 0}),
              AllOf(HasSubstr("SPACE_TO_BATCH_ND 0 makes 1 x 8x10x3"), HasSubstr("should be 4x3x5x3")));
  Dilated all;
  all.crops = {1, 1, 0, 0};  // of two rows
  const DilatedGraph cut(all);
  EXPECT_THAT(error_of(cut.finish(cut.out)), HasSubstr("BATCH_TO_SPACE_ND 2: cuts all of 2x6x3 off"));
}

}  // namespace
}  // namespace pitlane::tflite
