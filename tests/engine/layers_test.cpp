// Every operator and activation, folding, several inputs, recurrent memory.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "level.h"
#include "pitlane/engine/reference.h"
#include "test_networks.h"

namespace pitlane::testing {
namespace {

using LayersTest = LevelTest;

constexpr float kBound = 1e-5F;

/// Compares the whole first output value.
void expect_equal_reference(const Network& network, Isa isa, float bound = kBound) {
  const std::vector<std::uint8_t> image = random_image(network, 31);
  const std::vector<float> want = run_slowly(network, image);
  const std::vector<float> got = run_engine(network, image, isa);
  ASSERT_EQ(got.size(), want.size());
  for (std::size_t i = 0; i < got.size(); ++i) ASSERT_NEAR(got[i], want[i], bound * (1 + std::abs(want[i]))) << i;
}

struct Made {
  NetworkBuilder builder{"test"};
  ValueId last = -1;

  explicit Made(const Preprocessing& preprocessing) { last = builder.image("camera", preprocessing); }

  Made& norm(double smallest_gamma = 0.5) {
    const Shape shape = {builder.shape(last).back()};
    BatchNorm op;
    Weight gamma = random_weight("gamma", shape, 1, 1);
    std::vector<float> values = decode_f32(gamma);
    for (float& g : values) g = static_cast<float>(smallest_gamma) + std::abs(g) * (smallest_gamma > 0 ? 1.0F : 0.0F);
    op.gamma = builder.weight(make_f32_weight("gamma", shape, values));
    op.beta = builder.weight(random_weight("beta", shape, 1, 2));
    op.mean = builder.weight(random_weight("mean", shape, 1, 3));
    values = decode_f32(random_weight("variance", shape, 1, 4));
    for (float& v : values) v = std::abs(v) + 0.1F;
    op.variance = builder.weight(make_f32_weight("variance", shape, values));
    last = builder.add("norm", op, {last});
    return *this;
  }
  Made& conv(std::int64_t outputs, int kernel, int stride, Padding padding, Activation activation = Activation::kNone,
             std::vector<float> pad_value = {}) {
    const Shape shape = {outputs, kernel, kernel, builder.shape(last).back()};
    Conv2d op{.stride_h = stride, .stride_w = stride, .padding = padding, .pad_value = std::move(pad_value)};
    op.weight = builder.weight(random_weight("conv", shape, 0.3, 5));
    op.bias = builder.weight(random_weight("bias", {outputs}, 0.5, 6));
    op.activation = activation;
    last = builder.add("conv", op, {last});
    return *this;
  }
  Made& dense(std::int64_t outputs, Activation activation = Activation::kNone, bool bias = true) {
    const std::int64_t inputs = element_count(builder.shape(last));
    Dense op;
    op.weight = builder.weight(random_weight("dense", {outputs, inputs}, 0.2, 7));
    if (bias) op.bias = builder.weight(random_weight("bias", {outputs}, 0.5, 8));
    op.activation = activation;
    last = builder.add("dense", op, {last});
    return *this;
  }
  Made& flatten() {
    last = builder.add("flatten", Flatten{}, {last});
    return *this;
  }
  Made& activate(Activation activation) {
    last = builder.add("activate", Activate{activation}, {last});
    return *this;
  }
  Network build() {
    builder.output(output_of(last));
    Result<Network> network = std::move(builder).build();
    EXPECT_TRUE(network.ok()) << network.error().message();
    return *std::move(network);
  }
};

constexpr Padding kUneven{1, 2, 3, 0};

TEST_P(LayersTest, PaddedConvolutionOfOddSizes) {
  for (const int stride : {1, 2, 3})
    expect_equal_reference(Made(camera(13, 9)).conv(11, 3, stride, kUneven).build(), GetParam());
}

TEST_P(LayersTest, ImageScaleAndOffsetAreFoldedThroughPadding) {
  Preprocessing preprocessing = camera(13, 9);
  preprocessing.scale = {0.017F, 0.0175F, 0.0171F};
  preprocessing.offset = {-2.1F, -2.0F, -1.8F};
  expect_equal_reference(Made(preprocessing).conv(7, 3, 1, kUneven).build(), GetParam());
  expect_equal_reference(Made(preprocessing).conv(7, 3, 1, kUneven, Activation::kRelu, {0.5F, -1, 2}).build(),
                         GetParam());
}

TEST_P(LayersTest, NormalisationIsFoldedWhereverItStands) {
  expect_equal_reference(Made(camera(9, 7)).norm().conv(6, 3, 2, kUneven).build(), GetParam());
  expect_equal_reference(Made(camera(9, 7)).conv(6, 3, 1, {}, Activation::kRelu).norm().conv(5, 3, 1, kUneven).build(),
                         GetParam());
  expect_equal_reference(Made(camera(9, 7)).norm().norm().flatten().dense(5).build(), GetParam());
  expect_equal_reference(Made(camera(9, 7)).norm().flatten().norm().dense(5).build(), GetParam());
  expect_equal_reference(Made(camera(9, 7)).conv(6, 3, 1, {}).norm().build(), GetParam());
  expect_equal_reference(Made(camera(9, 7)).norm().build(), GetParam());
}

TEST_P(LayersTest, NormalisationThatCannotBeUndoneInTheBorderStands) {
  expect_equal_reference(Made(camera(9, 7)).norm(0).conv(6, 3, 1, kUneven).build(), GetParam());
}

TEST_P(LayersTest, EveryActivationFusedAndAlone) {
  for (const Activation a : {Activation::kNone, Activation::kRelu, Activation::kElu, Activation::kLeakyRelu,
                             Activation::kTanh, Activation::kSigmoid}) {
    SCOPED_TRACE(to_string(a));
    expect_equal_reference(Made(camera(11, 8)).conv(5, 3, 1, {}, a).conv(6, 3, 1, kUneven, a).dense(9, a).build(),
                           GetParam());
    expect_equal_reference(Made(camera(11, 8)).conv(5, 3, 1, {}).activate(a).conv(3, 3, 1, kUneven).build(),
                           GetParam());
  }
}

TEST_P(LayersTest, DenseOnAPictureAndWithoutBias) {
  expect_equal_reference(Made(camera(5, 4)).dense(33, Activation::kRelu, false).dense(1).build(), GetParam());
}

TEST_P(LayersTest, AnImageMayBeTheOutput) { expect_equal_reference(Made(camera(5, 4)).build(), GetParam()); }

TEST_P(LayersTest, SeveralFramesAreChannels) {
  Preprocessing preprocessing = camera(9, 8);
  preprocessing.frames = 3;
  preprocessing.offset = {0.1F, -0.3F, 0};
  expect_equal_reference(Made(preprocessing).conv(4, 3, 1, kUneven).flatten().dense(3).build(), GetParam());
  Network dynamic = Made(preprocessing).conv(4, 3, 1, kUneven).build();
  dynamic.weights[0] = quantize_i8(dynamic.weights[0]);
  expect_equal_reference(dynamic, GetParam(), 0);
  dynamic.values[dynamic.inputs[0].value].quantization = {0.006F, 51};
  expect_equal_reference(dynamic, GetParam(), 0);
}

/// All convolution and dense weights to int8, by their rank.
Network to_int8(Network network) {
  for (Weight& weight : network.weights)
    if (weight.shape.size() > 1) weight = quantize_i8(weight);
  return network;
}

TEST_P(LayersTest, Int8OnEveryKindOfImage) {
  Preprocessing preprocessing = camera(13, 9);
  for (const float offset : {0.0F, -128 / 255.F, -0.4F}) {  // exact, exact, measured
    preprocessing.offset = {offset, offset, offset};
    const Network network =
        to_int8(Made(preprocessing).conv(7, 3, 2, kUneven, Activation::kRelu, {0.1F, -0.2F, 0.3F}).build());
    expect_equal_reference(network, GetParam(), 0);
  }
}

TEST_P(LayersTest, Int8MixedWithFloatAndCurves) {
  for (const Activation a : {Activation::kRelu, Activation::kLeakyRelu, Activation::kTanh}) {
    Network network =
        Made(camera(13, 9)).conv(7, 3, 1, kUneven, a).conv(9, 3, 2, kUneven, a).flatten().dense(20, a).dense(4).build();
    Network mixed = network;
    mixed.weights[2] = quantize_i8(mixed.weights[2]);  // second convolution
    // Floats in front of a rounding to 8 bits: a tie may fall either way, worth one step of the input.
    expect_equal_reference(mixed, GetParam(), 0.02F);
    network = to_int8(std::move(network));
    const float bound = a == Activation::kTanh ? 0.02F : 0.0F;
    expect_equal_reference(network, GetParam(), bound);
    for (Value& value : network.values)
      if (value.name != "camera") value.quantization = {0.03F, 100};
    expect_equal_reference(network, GetParam(), bound);
  }
}

TEST_P(LayersTest, ACurveBetweenInt8LayersIsOneStepWithItsBytes) {
  Network network = Made(camera(13, 9)).conv(7, 3, 1, kUneven, Activation::kTanh).conv(9, 3, 2, kUneven).build();
  network = to_int8(std::move(network));
  for (Value& value : network.values)
    if (value.name != "camera") value.quantization = {0.03F, 100};
  const auto plan = *compile(network, {.isa = GetParam()});
  const auto works = [&](const char* work) {
    return std::ranges::count(plan->steps(), std::string(work), &StepInfo::work);
  };
  EXPECT_EQ(works("tanh and quantize"), 1);
  EXPECT_EQ(works("tanh"), 0);
}

TEST_P(LayersTest, AValueReadInDifferentWays) {
  Made made(camera(13, 9));
  made.conv(8, 3, 1, {}, Activation::kRelu);
  const ValueId shared = made.last;
  made.conv(4, 3, 1, kUneven).dense(3);
  Network network = made.build();
  network.outputs[0].value = shared;  // plain floats, while the next layer wants bytes with a border
  network.outputs.push_back(output_of(made.last));
  network.outputs[1].name = "z";
  network = to_int8(std::move(network));
  network.values[shared].quantization = {0.01F, 0};
  expect_equal_reference(network, GetParam(), 0);
}

// As programs with integer outputs give them: on 256 steps, cut off at both ends.
TEST_P(LayersTest, OutputsWithAGridAreRoundedToIt) {
  Network network = Made(camera(13, 9)).conv(8, 3, 1, {}).build();
  const std::vector<std::uint8_t> image = random_image(network, 31);
  const std::vector<float> plain = run_engine(network, image, GetParam());
  const auto [low, high] = std::ranges::minmax(plain);
  const float scale = (high - low) / 400;  // so that both ends are cut
  network.values[network.outputs[0].value].quantization = {scale, 120};
  const std::vector<float> got = run_engine(network, image, GetParam());
  const std::vector<float> slow = run_slowly(network, image);
  ASSERT_EQ(got.size(), plain.size());
  int cut = 0;
  for (std::size_t i = 0; i < got.size(); ++i) {
    const double step = std::clamp(static_cast<double>(plain[i] / scale), -120.0, 135.0);
    EXPECT_NEAR(got[i] / scale, step, 0.501) << i;
    EXPECT_NEAR(got[i] / scale, std::nearbyint(got[i] / scale), 1e-4) << i;
    EXPECT_NEAR(got[i], slow[i], scale * 1.001F) << i;  // a tie may fall either way
    cut += std::abs(step - static_cast<double>(plain[i] / scale)) > 1 ? 1 : 0;
  }
  EXPECT_GT(cut, 0);
}

// As XNNPACK computes it: one product between the integers of one grid and those of the next.
TEST_P(LayersTest, BetweenTwoGridsALayerStaysInIntegers) {
  Preprocessing preprocessing = camera(11, 7);
  const float step = 1 / 255.F;  // of the picture, whose bytes are its grid
  preprocessing.scale = {step, step, step};
  preprocessing.offset = {0, 0, 0};
  Network network = to_int8(Made(preprocessing).flatten().dense(37).build());
  const ActivationQuantization grid{0.02F, 37};
  network.values[network.outputs[0].value].quantization = grid;
  const std::vector<std::uint8_t> image = random_image(network, 31);
  const std::vector<float> got = run_engine(network, image, GetParam());
  const Weight& weight = network.weights[0];
  const std::vector<float> bias = decode_f32(network.weights[1]);
  int cut = 0;
  for (std::size_t o = 0; o < got.size(); ++o) {
    const float product = step * weight.scales[o];
    double sum = std::nearbyint(static_cast<double>(bias[o]) / static_cast<double>(product));
    for (std::size_t i = 0; i < image.size(); ++i) sum += image[i] * weight.i8()[o * image.size() + i];
    const float steps = static_cast<float>(sum) * (product / grid.scale);
    const float q = std::clamp(std::nearbyint(steps) + 37.F, 0.F, 255.F);
    EXPECT_EQ(got[o], grid.scale * (q - 37.F)) << o;
    cut += q == 0 || q == 255 ? 1 : 0;
  }
  EXPECT_LT(cut, 30);
  EXPECT_EQ(got, run_slowly(network, image));
}

// What others read of a value on a grid is rounded too, wherever it was made.
TEST_P(LayersTest, AllReadersSeeAValueOnItsGrid) {
  for (const bool int8 : {false, true}) {
    Made made(camera(13, 9));
    made.conv(8, 3, 1, {});
    const ValueId shared = made.last;
    const ValueId pooled =
        made.builder.add("pool", Pool2d{.kind = PoolKind::kMax, .window_h = 2, .window_w = 2, .padding = {}}, {shared});
    const ValueId sum = made.builder.add("sum", Add{}, {shared, shared});
    made.last = made.builder.add("wide", Flatten{}, {sum});
    made.dense(5);
    Network network = made.build();
    if (int8) network = to_int8(std::move(network));
    network.values[shared].quantization = {0.05F, 100};
    network.values[sum].quantization = {0.11F, 90};
    network.outputs.push_back(output_of(pooled));
    network.outputs[1].name = "z";
    expect_equal_reference(network, GetParam(), int8 ? 0 : kBound);
    std::swap(network.outputs[0].value, network.outputs[1].value);
    expect_equal_reference(network, GetParam(), int8 ? 0 : kBound);
  }
}

PITLANE_ALL_LEVELS(LayersTest);

TEST(Layers, TooManyInt8TermsAreRefusedByName) {
  NetworkBuilder builder("wide");
  const ValueId image = builder.image("camera", camera(200, 200));
  Dense op;
  op.weight = builder.weight(quantize_i8(random_weight("w", {1, 120000}, 1, 1)));
  const ValueId out = builder.add("huge", op, {image});
  builder.output(output_of(out));
  const Result<Network> network = std::move(builder).build();
  ASSERT_TRUE(network.ok());
  const auto plan = compile(*network);
  ASSERT_FALSE(plan.ok());
  EXPECT_EQ(plan.error().message(),
            "layer 'huge': 120000 int8 weights per output may overflow 32-bit sums (at most 66311); keep this layer "
            "in f16 or f32");
}

}  // namespace
}  // namespace pitlane::testing
