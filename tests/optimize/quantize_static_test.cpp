#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "pitlane/network/pit_file.h"
#include "pitlane/optimize/layers.h"
#include "pitlane/optimize/passes.h"
#include "sketch.h"
#include "small_data.h"

namespace pitlane {
namespace {

using testing::SmallData;

Network quantized(const Network& network, const StrategyContext& context, const QuantizeStatic& pass = {}) {
  Network result = network;
  const Status status = apply_pass(pass, result, context, {});
  EXPECT_TRUE(status.ok()) << status.error().message();
  EXPECT_TRUE(validate(result).ok());
  return result;
}

TEST(QuantizeStatic, LooksAtTrainingPicturesOnly) {
  const Network network = testing::small_network();
  SmallData data(network);
  const std::string hash = content_hash(quantized(network, data.context));
  const auto scramble = [&](std::int64_t sample) {
    const auto first = static_cast<std::ptrdiff_t>(sample) * static_cast<std::ptrdiff_t>(data.dataset.picture_bytes());
    std::reverse(data.dataset.pictures.begin() + first,
                 data.dataset.pictures.begin() + first + static_cast<std::ptrdiff_t>(data.dataset.picture_bytes()));
  };
  for (const std::int64_t sample : data.split.validation) scramble(sample);
  EXPECT_EQ(content_hash(quantized(network, data.context)), hash);
  scramble(data.split.train.front());
  EXPECT_NE(content_hash(quantized(network, data.context)), hash);
}

TEST(QuantizeStatic, IsEngineAndReferenceAlike) {
  const Network network = testing::small_network();
  const SmallData data(network);
  const Network bytes = quantized(network, data.context);
  const auto answers = testing::engine_answers(bytes, data.dataset, data.split.validation);
  for (std::size_t i = 0; i < answers.size(); ++i)
    EXPECT_LT(testing::largest_difference(
                  answers[i], testing::reference_answer(bytes, data.dataset.picture(data.split.validation[i]))),
              2e-4);
}

struct Errors {
  double mean = 0, rms = 0;
  double answers = 0;  ///< root mean square of what was wanted
};

Errors errors(const Network& wanted, const Network& network, const SmallData& data) {
  Errors result;
  double sum = 0, squares = 0, answers = 0, count = 0;
  const auto a = testing::engine_answers(wanted, data.dataset, data.split.train);
  const auto b = testing::engine_answers(network, data.dataset, data.split.train);
  for (std::size_t s = 0; s < a.size(); ++s)
    for (std::size_t i = 0; i < a[s].size(); ++i, ++count) {
      sum += b[s][i] - a[s][i];
      squares += std::pow(b[s][i] - a[s][i], 2);
      answers += std::pow(a[s][i], 2);
    }
  result.mean = std::abs(sum / count);
  result.rms = std::sqrt(squares / count);
  result.answers = std::sqrt(answers / count);
  return result;
}

TEST(QuantizeStatic, CorrectedBiasesReduceTheErrorOfTheAnswers) {
  Errors plain, corrected;
  for (std::uint64_t seed = 1; seed <= 6; ++seed) {
    const Network network = testing::small_network(seed);
    const SmallData data(network);
    const Network with = quantized(network, data.context);
    Network folded = network;
    ASSERT_TRUE(apply_pass(FoldBatchNorm{}, folded).ok());
    Network without = with;  // the same ranges and weights, the biases as they were
    for (const Layer& layer : weighted_layers(folded)) without.weights[layer.bias] = folded.weights[layer.bias];
    const Errors a = errors(network, without, data), b = errors(network, with, data);
    plain.mean += a.mean;
    plain.rms += a.rms;
    corrected.mean += b.mean;
    corrected.rms += b.rms;
  }
  EXPECT_LT(corrected.mean, 0.02 * plain.mean);
  EXPECT_LT(corrected.rms, 0.9 * plain.rms);
}

/// On the levels of `like`, a weight of 4 bits.
Weight to_nearest(const Weight& weight, const Weight& like) {
  const auto values = weight.f32();
  std::vector<std::int8_t> levels;
  for (std::size_t i = 0; i < values.size(); ++i) {
    const float scale = like.scales[i / (values.size() / like.scales.size())];
    levels.push_back(static_cast<std::int8_t>(std::clamp(std::nearbyint(values[i] / scale), -7.0F, 7.0F)));
  }
  return make_i8_weight(weight.name, weight.shape, std::move(levels), like.scales);
}

TEST(QuantizeStatic, LayersThatShareABiasAreCorrectedEachByItself) {
  testing::Sketch s(testing::camera(24, 12));
  const WeightId shared = s.uniform("shared", {100}, 0.1);
  ValueId x = s.dense(s.dense(s.image(), 100, {.bias_weight = shared}), 100, {.bias_weight = shared});
  const Network network = s.finish(s.dense(x, 2, {.activation = Activation::kNone}));
  const SmallData data(network);
  const Network bytes = quantized(network, data.context);
  EXPECT_NE(decode_f32(testing::bias_of(bytes, "dense1")), decode_f32(testing::bias_of(bytes, "dense2")));
  const Errors error = errors(network, bytes, data);
  EXPECT_LT(error.mean, 1e-5);
  EXPECT_LT(error.rms, 0.02 * error.answers);
}

/// Its first layer has 69,120 weights.
Network network_with_a_large_layer(std::uint64_t seed) {
  testing::Sketch s(testing::camera(24, 12), seed);
  const ValueId x = s.dense(s.dense(s.image(), 80, {}), 120, {});
  return s.finish(s.dense(x, 2, {.activation = Activation::kNone}));
}

TEST(QuantizeStatic, FewBitsOfLargeLayersAreRoundedForTheAnswersSake) {
  Errors nearest, chosen;
  for (std::uint64_t seed = 1; seed <= 4; ++seed) {
    const Network network = network_with_a_large_layer(seed);
    const SmallData data(network);
    const Network bytes = quantized(network, data.context);
    const Network few = quantized(network, data.context, {.bits_of_large = 4});
    const Weight& weight = testing::weight_of(few, "dense1");
    EXPECT_TRUE(std::ranges::all_of(weight.i8(), [](std::int8_t q) { return std::abs(q) <= 7; }));
    EXPECT_TRUE(std::ranges::equal(testing::weight_of(few, "dense2").i8(), testing::weight_of(bytes, "dense2").i8()));
    Network plain = few;
    plain.weights[std::get<Dense>(testing::node_named(few, "dense1").op).weight] =
        to_nearest(testing::weight_of(network, "dense1"), weight);
    nearest.rms += errors(network, plain, data).rms;
    chosen.rms += errors(network, few, data).rms;
  }
  EXPECT_LT(chosen.rms, 0.5 * nearest.rms);
}

TEST(QuantizeStatic, FewBitsMakeSmallFiles) {
  const Network network = network_with_a_large_layer(1);
  const SmallData data(network);
  const auto size = [&](int bits) {
    return serialize_pit(quantized(network, data.context, {.bits_of_large = bits}))->size();
  };
  const double rest = static_cast<double>(size(8)) - 69120;
  EXPECT_LT(static_cast<double>(size(4)), rest + 69120 * 4 / 8.0 + 1500);
  EXPECT_LT(static_cast<double>(size(2)), rest + 69120 * 1.6 / 8.0 + 1500);  // log2(3) at most
}

class QuantizedFamily : public ::testing::TestWithParam<const char*> {};

TEST_P(QuantizedFamily, AnswersNearlyTheSame) {
  const Network network = testing::lively_pilotnet(GetParam());
  const SmallData data(network, 24);
  const Network bytes = quantized(network, data.context);
  const Errors error = errors(network, bytes, data);
  EXPECT_LT(error.rms, 0.02 * error.answers);
  const double parameters = static_cast<double>(parameter_count(network));
  EXPECT_LE(static_cast<double>(serialize_pit(bytes)->size()), 1.05 * parameters);
  if (network.name == "pilotnet-torch") {
    EXPECT_LE(serialize_pit(bytes)->size(), 1'750'000U);
  }
}

INSTANTIATE_TEST_SUITE_P(Both, QuantizedFamily, ::testing::Values("pilotnet-torch", "pilotnet-tf"),
                         [](const auto& param_info) {
                           return std::string(param_info.param) == "pilotnet-tf" ? "tf" : "torch";
                         });

TEST(QuantizeStatic, ANormalisationThatCannotBeFoldedIsStillQuantisedBehind) {
  testing::Sketch s(testing::camera(24, 12));
  ValueId x = s.norm(s.image(), {{1, 0, 1}, {0.1F, 0.2F, 0.3F}, {0.5F, 0.5F, 0.5F}, {0.1F, 0.1F, 0.1F}});
  x = s.conv(x, 8, 3, 2, {.padding = {1, 1, 1, 1}});
  const Network network = s.finish(s.dense(x, 2, {.activation = Activation::kNone}));
  const SmallData data(network);
  const Network bytes = quantized(network, data.context);
  EXPECT_TRUE(std::holds_alternative<BatchNorm>(bytes.nodes[0].op));
  EXPECT_TRUE(bytes.values[bytes.nodes[0].output].quantization);
  EXPECT_LT(errors(network, bytes, data).rms, 0.02);
}

TEST(QuantizeStatic, AConstantChannelOfTheCameraDoesNoHarm) {
  const Network network = testing::small_network();
  SmallData data(network);
  for (std::size_t i = 2; i < data.dataset.pictures.size(); i += 3) data.dataset.pictures[i] = 0;
  EXPECT_LT(errors(network, quantized(network, data.context), data).rms, 0.02);
}

TEST(QuantizeStatic, ADeadChannelOfALayerDoesNoHarm) {
  Network network = testing::small_network();
  Weight& weight = network.weights[std::get<Conv2d>(network.nodes[1].op).weight];
  std::vector<float> values = decode_f32(weight);
  std::fill_n(values.begin(), values.size() / 8, 0.0F);
  weight = make_f32_weight(weight.name, weight.shape, values);
  const SmallData data(network);
  EXPECT_LT(errors(network, quantized(network, data.context), data).rms, 0.02);
}

TEST(QuantizeStatic, RefusesPicturesThatAreAllAlike) {
  Network network = testing::small_network();
  SmallData data(network);
  std::ranges::fill(data.dataset.pictures, std::uint8_t{0});
  EXPECT_EQ(apply_pass(QuantizeStatic{}, network, data.context, {}).error().message(),
            "all 48 calibration pictures are alike, so activation ranges cannot be measured on them; name a recording "
            "in which "
            "the car drives");
}

TEST(QuantizeStatic, RefusesOptionsOutOfRange) {
  const Network network = testing::small_network();
  const SmallData data(network);
  for (const double percentile : {0.5, 1.01, -1.0, std::numeric_limits<double>::quiet_NaN()}) {
    Network copy = network;
    const Status status = apply_pass(QuantizeStatic{64, percentile}, copy, data.context, {});
    ASSERT_FALSE(status.ok());
    EXPECT_EQ(status.error().message(), "percentile must be above 0.5 and at most 1, is " + std::to_string(percentile));
  }
  Network copy = network;
  EXPECT_EQ(apply_pass(QuantizeStatic{0, 1}, copy, data.context, {}).error().message(),
            "quantisation measures on at least 16 training pictures, is asked for 0");
}

TEST(QuantizeStatic, SaysHowFewBitsThereAre) {
  const Network network = testing::small_network();
  const SmallData data(network);
  for (const int bits : {1, 9}) {
    Network copy = network;
    EXPECT_EQ(apply_pass(QuantizeStatic{.bits_of_large = bits}, copy, data.context, {}).error().message(),
              "weights take 2 to 8 bits, not " + std::to_string(bits));
  }
}

TEST(QuantizeStatic, StopsWhenAsked) {
  Network network = testing::small_network();
  const SmallData data(network);
  int calls = 0;
  const ProgressFn stop = [&](const Progress&) { return ++calls < 200; };  // within the correction of biases
  const Status status = apply_pass(QuantizeStatic{}, network, data.context, stop);
  ASSERT_FALSE(status.ok());
  EXPECT_EQ(status.error().kind(), ErrorKind::kInterrupted);
  EXPECT_EQ(calls, 200);
}

}  // namespace
}  // namespace pitlane
