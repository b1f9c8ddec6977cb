// Our .tflite files come back as what they were. That LiteRT agrees with them is the matter of parity.py.
#include "pitlane/formats/tflite/export_tflite.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <limits>

#include "formats/tflite/tflite_graphs.h"
#include "pitlane/network/builder.h"
#include "temporary_directory.h"

namespace pitlane::tflite {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

WeightId weight(NetworkBuilder& b, const std::string& name, Shape shape, double step = 0.7) {
  const auto count = static_cast<std::size_t>(element_count(shape));
  return b.weight(make_f32_weight(name, std::move(shape), waves(count, step)));
}

Preprocessing small_picture(int width, int height) {
  Preprocessing p;
  p.source_width = 64;
  p.source_height = 48;
  p.crop = {3, 5, 40, 30};
  p.width = width;
  p.height = height;
  p.format = PixelFormat::kBgr;
  p.scale = {1 / 255.F, 1 / 127.5F, 0.01F};
  p.offset = {0, -1, 0.25F};
  return p;
}

/// Every operator, odd sizes, padding of each sort, a state, three inputs.
Network every_operator() {
  NetworkBuilder b("everything");
  ValueId x = b.image("camera", small_picture(13, 11));
  const ValueId speed = b.vector("speed", InputKind::kSpeed, 1, 0.12F);
  const ValueId command = b.vector("command", InputKind::kCommand, 4);
  const ValueId memory = b.state("memory", {5});
  BatchNorm norm{weight(b, "gamma", {3}), weight(b, "beta", {3}, 0.3), weight(b, "mean", {3}, 1.1), kNoWeight, 0.01F};
  norm.variance = b.weight(make_f32_weight("variance", {3}, {0.5F, 1.5F, 2.F}));
  x = b.add("norm", norm, {x});
  Conv2d conv{2, 2, {2, 1, 1, 2}, {0.3F, -0.2F, 0.1F}, weight(b, "w1", {4, 3, 3, 3}), weight(b, "b1", {4})};
  conv.activation = Activation::kElu;
  x = b.add("conv", conv, {x});
  Conv2d depthwise{1, 1, {1, 1, 1, 1}, {}, weight(b, "w2", {8, 3, 3, 1}), kNoWeight, Activation::kRelu6, 4};
  x = b.add("depthwise", depthwise, {x});
  Conv2d groups{1, 1, {}, {}, weight(b, "w3", {6, 1, 1, 4}), kNoWeight, Activation::kLeakyRelu, 2};
  x = b.add("groups", groups, {x});
  x = b.add("pad", Pad{{1, 0, 0, 2}, -0.5F}, {x});
  Pool2d largest{PoolKind::kMax, 3, 2, 1, 1, {2, 0, 0, 1}};
  x = b.add("largest", largest, {x});
  Pool2d mean{PoolKind::kAverage, 3, 3, 1, 1, {1, 1, 1, 1}};
  const ValueId means = b.add("mean", mean, {x});
  x = b.add("sum", Add{}, {x, means});
  const ValueId command6 = b.add("gate", Dense{weight(b, "w4", {6, 4}), kNoWeight, Activation::kSigmoid}, {command});
  x = b.add("gated", Multiply{}, {x, command6});
  const ValueId plane =
      b.add("plane", Expand{static_cast<int>(b.shape(x)[0]), static_cast<int>(b.shape(x)[1])}, {speed});
  x = b.add("with_speed", Concat{}, {x, plane});
  x = b.add("cut", Slice{{1, 0, 2}, {4, 3, 7}}, {x});
  x = b.add("curve", Activate{Activation::kElu, 0.5F}, {x});
  x = b.add("hard", Activate{Activation::kHardSigmoid, 0.3F}, {x});
  x = b.add("reshape", Reshape{{5, b.shape(x)[0] * b.shape(x)[1]}}, {x});
  x = b.add("flat", Flatten{}, {x});
  x = b.add("dense", Dense{weight(b, "w5", {5, b.shape(x)[0]}), weight(b, "b5", {5}), Activation::kTanh}, {x});
  x = b.add("remembered", Add{}, {x, memory});
  b.remember(memory, x);
  const ValueId soft = b.add("soft", Softmax{}, {x});
  b.output({"v", "m/s", 6.5F, 24, soft, 3});
  b.output({"w", "rad/s", -7.1F, 7.1F, x, 0});
  b.metadata("family", "none");
  auto network = std::move(b).build();
  if (!network.ok()) throw std::runtime_error(network.error().message());
  return *std::move(network);
}

std::vector<std::vector<float>> some_inputs(const Network& network, double step) {
  std::vector<std::vector<float>> inputs;
  for (const InputSpec& input : network.inputs)
    inputs.push_back(waves(static_cast<std::size_t>(element_count(network.values[input.value].shape)), step));
  return inputs;
}

Result<Network> round_trip(const Network& network, const TfliteExportOptions& options) {
  PITLANE_TRY(const Bytes bytes, write_tflite(network, options));
  return parse_tflite(SharedBytes(bytes), "other name", {});
}

void expect_close(const Network& a, const Network& b, float most) {
  ReferenceMemory first, second;
  for (const double step : {0.7, 0.31, 1.9}) {
    const std::vector<float> x = outputs_of(a, some_inputs(a, step), &first);
    const std::vector<float> y = outputs_of(b, some_inputs(b, step), &second);
    ASSERT_EQ(x.size(), y.size());
    for (std::size_t i = 0; i < x.size(); ++i) EXPECT_NEAR(x[i], y[i], most) << "output " << i << " step " << step;
  }
}

TEST(ExportTflite, EveryOperatorComesBack) {
  const Network network = every_operator();
  const Result<Network> back = round_trip(network, {});
  ASSERT_TRUE(back.ok()) << back.error().message();
  expect_close(network, *back, 2e-6F);
}

TEST(ExportTflite, WhatInputsAndOutputsMeanComesBackExactly) {
  const Network network = every_operator();
  const Result<Network> back = round_trip(network, {});
  ASSERT_TRUE(back.ok()) << back.error().message();
  EXPECT_EQ(back->name, "everything");
  EXPECT_EQ(back->metadata.at("family"), "none");
  ASSERT_EQ(back->inputs.size(), 3U);
  for (std::size_t i = 0; i < 3; ++i) {
    EXPECT_EQ(back->inputs[i].name, network.inputs[i].name);
    EXPECT_EQ(back->inputs[i].kind, network.inputs[i].kind);
    EXPECT_EQ(back->inputs[i].scale, network.inputs[i].scale);
  }
  EXPECT_EQ(back->inputs[0].preprocessing, network.inputs[0].preprocessing);
  ASSERT_EQ(back->states.size(), 1U);
  EXPECT_EQ(back->states[0].name, "memory");
  ASSERT_EQ(back->outputs.size(), 2U);
  EXPECT_EQ(back->outputs[0].unit, "m/s");
  EXPECT_EQ(back->outputs[0].low, 6.5F);
  EXPECT_EQ(back->outputs[1].name, "w");
}

TEST(ExportTflite, SameBytesEachTime) {
  const Network network = every_operator();
  EXPECT_EQ(*write_tflite(network, {}), *write_tflite(network, {}));
}

TEST(ExportTflite, HalvesKeepTheirBits) {
  const Network network = every_operator();
  const Result<Network> back = round_trip(network, {.precision = TflitePrecision::kFloat16, .ranges = {}});
  ASSERT_TRUE(back.ok()) << back.error().message();
  int halves = 0;
  for (const Weight& w : back->weights) {
    if (w.storage != Storage::kF16) continue;
    ++halves;
    const auto source = std::ranges::find(network.weights, w.name, &Weight::name);
    ASSERT_NE(source, network.weights.end()) << w.name;
    if (w.shape != source->shape) continue;
    EXPECT_TRUE(std::ranges::equal(w.f16(), make_f16_weight("", w.shape, source->f32()).f16()));
  }
  EXPECT_EQ(halves, 5);
  Network large = network;
  large.weights.back() = make_f32_weight("b5", {5}, {0, 0, 0, 0, 0});
  for (Weight& w : large.weights)
    if (w.name == "w4") w = make_f32_weight("w4", w.shape, std::vector<float>(24, 70000.F));
  EXPECT_THAT(write_tflite(large, {.precision = TflitePrecision::kFloat16, .ranges = {}}).error().message(),
              AllOf(HasSubstr("Dense 'gate'"), HasSubstr("'w4' has magnitudes above 65504")));
}

TEST(ExportTflite, DynamicKeepsTheIntegersOfTheNetwork) {
  Network network = every_operator();
  for (Weight& w : network.weights)
    if (w.name == "w1" || w.name == "w2" || w.name == "w5") w = quantize_i8(w);
  const Result<Network> back = round_trip(network, {.precision = TflitePrecision::kDynamic, .ranges = {}});
  ASSERT_TRUE(back.ok()) << back.error().message();
  for (const Weight& w : network.weights) {
    if (w.storage != Storage::kI8) continue;
    const auto same = std::ranges::find(back->weights, w.name, &Weight::name);
    ASSERT_NE(same, back->weights.end()) << w.name;
    ASSERT_EQ(same->storage, Storage::kI8);
    EXPECT_EQ(same->scales, w.scales);
    EXPECT_TRUE(std::ranges::equal(same->i8(), w.i8()));
  }
}

/// conv with padding of its own value, relu6, mean of the picture, dense: forms that int8 has.
Network small_network() {
  NetworkBuilder b("small");
  Preprocessing p = small_picture(12, 10);
  p.scale = {1 / 255.F, 1 / 255.F, 1 / 255.F};
  p.offset = {0, 0, 0};
  ValueId x = b.image("camera", p);
  Conv2d conv{2, 2, {1, 1, 1, 1}, {0.2F, 0.5F, 0.1F}, weight(b, "w1", {4, 3, 3, 3}), weight(b, "b1", {4})};
  conv.activation = Activation::kRelu6;
  x = b.add("conv", conv, {x});
  x = b.add("tanh", Activate{Activation::kTanh}, {x});
  x = b.add("pool", Pool2d{PoolKind::kMax, 2, 2, 2, 2, {}}, {x});
  x = b.add("flat", Flatten{}, {x});
  x = b.add("dense", Dense{weight(b, "w2", {3, b.shape(x)[0]}), weight(b, "b2", {3}), Activation::kLeakyRelu}, {x});
  b.output({"steering", "1", -1, 1, x, 0});
  b.output({"throttle", "1", 0, 1, x, 2});
  return *std::move(b).build();
}

std::vector<float> unit(const std::vector<float>& values) {
  std::vector<float> result;
  for (const float v : values) result.push_back((v + 1) / 2);
  return result;
}

std::vector<std::optional<ValueRange>> ranges_of(const Network& network) {
  std::vector<std::optional<ValueRange>> ranges(network.values.size());
  for (const double step : {0.7, 0.31, 1.9, 0.05}) {
    const std::vector<std::vector<float>> inputs = {unit(waves(360, step))};
    const auto result = run_reference(network, inputs);
    for (std::size_t v = 0; v < ranges.size(); ++v) {
      const auto [low, high] = std::ranges::minmax(result->values[v]);
      const ValueRange old = ranges[v].value_or(ValueRange{low, high});
      ranges[v] = ValueRange{std::min(low, old.low), std::max(high, old.high)};
    }
  }
  return ranges;
}

TEST(ExportTflite, Int8StaysNearTheNetwork) {
  const Network network = with_separate_activations(small_network());
  for (const TfliteIo io : {TfliteIo::kFloat, TfliteIo::kInt8, TfliteIo::kUint8}) {
    TfliteExportOptions options{TflitePrecision::kInt8, io, ranges_of(network)};
    const Result<Network> back = round_trip(network, options);
    ASSERT_TRUE(back.ok()) << back.error().message();
    EXPECT_EQ(std::ranges::count(back->weights, Storage::kI8, &Weight::storage), 3);  // two layers and the move
    // The camera's own grid: 1 / 255, zero point 0.
    const auto& grid = back->values[static_cast<std::size_t>(back->inputs[0].value)].quantization;
    ASSERT_TRUE(grid.has_value());
    EXPECT_FLOAT_EQ(grid->scale, 1 / 255.F);
    EXPECT_EQ(grid->zero_point, 0);
    const std::vector<std::vector<float>> input = {unit(waves(360, 0.31))};
    const std::vector<float> x = outputs_of(network, input), y = outputs_of(*back, input);
    for (std::size_t i = 0; i < x.size(); ++i) EXPECT_NEAR(x[i], y[i], 0.12F) << i;
  }
}

TEST(ExportTflite, Int8AsksForRanges) {
  const Network network = small_network();
  EXPECT_THAT(write_tflite(network, {.precision = TflitePrecision::kInt8, .ranges = {}}).error().message(),
              AllOf(HasSubstr("TFLite export of 'small'"), HasSubstr("int8 needs the range of 'conv'"),
                    HasSubstr("which Conv2d 'conv' makes")));
  TfliteExportOptions options{TflitePrecision::kInt8, TfliteIo::kFloat, ranges_of(network)};
  EXPECT_THAT(write_tflite(network, options).error().message(), HasSubstr("with_separate_activations()"));
  options.ranges[1] = ValueRange{0, std::numeric_limits<float>::infinity()};
  EXPECT_THAT(write_tflite(network, options).error().message(), HasSubstr("not finite"));
  EXPECT_THAT(write_tflite(network, {.io = TfliteIo::kInt8, .ranges = {}}).error().message(),
              HasSubstr("of 8 bits need a network of int8"));
}

TEST(ExportTflite, NoFileOnAnError) {
  const TemporaryDirectory folder;
  const Network network = small_network();
  EXPECT_FALSE(export_tflite(network, {.precision = TflitePrecision::kInt8, .ranges = {}}, folder / "a.tflite").ok());
  EXPECT_FALSE(std::filesystem::exists(folder / "a.tflite"));
  ASSERT_TRUE(export_tflite(network, {}, folder / "a.tflite").ok());
  EXPECT_TRUE(std::filesystem::exists(folder / "a.tflite"));
}

TEST(ExportTflite, SeparateActivationsComputeTheSame) {
  const Network network = every_operator();
  expect_close(network, with_separate_activations(network), 1e-6F);
}

TEST(ExportTflite, ADamagedMeaningIsSaid) {
  Bytes bytes = *write_tflite(small_network(), {});
  const std::string mark = "PTLM";
  const auto found = std::search(bytes.begin(), bytes.end(), mark.begin(), mark.end(),
                                 [](std::byte b, char c) { return std::to_integer<char>(b) == c; });
  ASSERT_NE(found, bytes.end());
  *found = std::byte{'Q'};
  EXPECT_THAT(error_of(bytes), HasSubstr("metadata 'pitlane_meaning' is damaged"));
}

}  // namespace
}  // namespace pitlane::tflite
