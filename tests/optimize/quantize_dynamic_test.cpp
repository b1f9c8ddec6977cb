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

Network folded(Network network) {
  EXPECT_TRUE(apply_pass(FoldBatchNorm{}, network).ok());
  return network;
}

Network quantized(const Network& network, const QuantizeDynamic& pass, const StrategyContext& context = {}) {
  Network result = network;
  const Status status = apply_pass(pass, result, context, {});
  EXPECT_TRUE(status.ok()) << status.error().message();
  EXPECT_TRUE(validate(result).ok());
  return result;
}

/// By the definition: the row's largest magnitude is 127, the rest is rounded on that grid.
void expect_row(std::span<const float> wanted, std::span<const std::int8_t> row, float scale) {
  float largest = 0;
  for (const float v : wanted) largest = std::max(largest, std::abs(v));
  EXPECT_FLOAT_EQ(scale, largest / 127);
  for (std::size_t i = 0; i < wanted.size(); ++i) EXPECT_NEAR(scale * row[i], wanted[i], 0.5001 * scale);
}

TEST(QuantizeDynamic, EveryOutputChannelHasItsOwnScale) {
  const Network floats = folded(testing::small_network());
  const Network bytes = quantized(testing::small_network(), {0});
  for (const char* name : {"conv2", "conv3", "dense5"}) {
    const Weight& weight = testing::weight_of(bytes, name);
    ASSERT_EQ(weight.storage, Storage::kI8) << name;
    const std::vector<float> wanted = decode_f32(testing::weight_of(floats, name));
    const auto terms = static_cast<std::size_t>(weight.size() / weight.shape[0]);
    for (std::size_t o = 0; o < weight.scales.size(); ++o)
      expect_row(std::span(wanted).subspan(o * terms, terms), weight.i8().subspan(o * terms, terms), weight.scales[o]);
  }
  for (const char* name : {"dense6", "dense7"}) EXPECT_EQ(testing::weight_of(bytes, name).storage, Storage::kF32);
  for (const Value& value : bytes.values) EXPECT_FALSE(value.quantization) << "measured in each run";
}

TEST(QuantizeDynamic, ANetworkOfSmallLayersAloneHasNoneForIt) {
  testing::Sketch s(testing::camera(12, 8));
  const Network network = s.finish(s.dense(s.dense(s.flatten(s.image()), 8, {}), 2, {}));
  const SmallData data(network);
  for (const char* name : {"dynamic_quan", "int_flt_quan", "quan_aware"}) {
    const auto made = apply_strategy(network, **find_strategy(name), data.context);
    ASSERT_FALSE(made.ok()) << name;
    EXPECT_EQ(made.error().kind(), ErrorKind::kInapplicable);
    EXPECT_EQ(made.error().message(), std::string("strategy ") + name +
                                          ": no layer may be int8: those that make outputs, and dense ones of at "
                                          "most 8,192 weights, stay in floats; int_quan takes all");
  }
  EXPECT_TRUE(apply_strategy(network, **find_strategy("int_quan"), data.context).ok());
}

TEST(QuantizeDynamic, WithoutPicturesBiasesStay) {
  const Network floats = folded(testing::small_network());
  const Network bytes = quantized(testing::small_network(), {0});
  for (const Layer& layer : weighted_layers(bytes))
    EXPECT_EQ(decode_f32(bytes.weights[layer.bias]), decode_f32(floats.weights[layer.bias]));
}

/// Mean difference of the answers' elements to those of `wanted`, its largest magnitude.
double mean_error(const Network& wanted, const Network& network, const Dataset& dataset,
                  const std::vector<std::int64_t>& samples) {
  const auto a = testing::engine_answers(wanted, dataset, samples);
  const auto b = testing::engine_answers(network, dataset, samples);
  std::vector<double> sums(2, 0.0);
  for (std::size_t s = 0; s < a.size(); ++s)
    for (std::size_t i = 0; i < 2; ++i) sums[i] += (b[s][i] - a[s][i]) / static_cast<double>(a.size());
  return std::max(std::abs(sums[0]), std::abs(sums[1]));
}

TEST(QuantizeDynamic, CorrectedBiasesTakeTheMeanErrorAway) {
  double plain = 0, corrected = 0, unseen_plain = 0, unseen_corrected = 0;
  for (std::uint64_t seed = 1; seed <= 6; ++seed) {
    const Network network = testing::small_network(seed);
    const SmallData data(network, 64);
    const Network without = quantized(network, {0}), with = quantized(network, {48}, data.context);
    plain += mean_error(network, without, data.dataset, data.split.train);
    corrected += mean_error(network, with, data.dataset, data.split.train);
    unseen_plain += mean_error(network, without, data.dataset, data.split.validation);
    unseen_corrected += mean_error(network, with, data.dataset, data.split.validation);
  }
  EXPECT_LT(corrected, 0.02 * plain);
  EXPECT_LT(unseen_corrected, 0.5 * unseen_plain);
}

TEST(QuantizeDynamic, AnswersNearlyTheSameOnEveryPath) {
  const Network network = testing::small_network();
  const SmallData data(network);
  const Network bytes = quantized(network, {}, data.context);
  const auto answers = testing::engine_answers(bytes, data.dataset, data.split.validation);
  for (std::size_t i = 0; i < answers.size(); ++i) {
    const auto picture = data.dataset.picture(data.split.validation[i]);
    EXPECT_LT(testing::largest_difference(answers[i], testing::reference_answer(bytes, picture)), 2e-4);
    EXPECT_LT(testing::largest_difference(answers[i], testing::reference_answer(network, picture)), 0.05);
  }
}

TEST(QuantizeDynamic, APilotNetFitsIntoItsFile) {
  const Network bytes = quantized(testing::lively_pilotnet("pilotnet-torch"), {0});
  EXPECT_LE(serialize_pit(bytes)->size(), 1'750'000U);
  const Result<Network> read = parse_pit(SharedBytes(serialize_pit(bytes).value()));
  ASSERT_TRUE(read.ok());
  EXPECT_EQ(content_hash(*read), content_hash(bytes));
}

TEST(QuantizeDynamic, DeadChannelsStayDeadAndFinite) {
  Network network = testing::small_network();
  Weight& weight = network.weights[std::get<Conv2d>(network.nodes[1].op).weight];
  std::vector<float> values = decode_f32(weight);
  const auto terms = values.size() / 8;
  std::fill_n(values.begin(), terms, 0.0F);                                         // zeros
  std::fill_n(values.begin() + static_cast<std::ptrdiff_t>(terms), terms, 1e-42F);  // too small for a scale
  weight = make_f32_weight(weight.name, weight.shape, values);
  const Network bytes = quantized(network, {0});
  const auto rows = testing::weight_of(bytes, "conv2").i8().first(2 * terms);
  EXPECT_TRUE(std::ranges::all_of(rows, [](std::int8_t q) { return q == 0; }));
  const auto picture = testing::random_picture(network, 3);
  EXPECT_LT(testing::largest_difference(testing::reference_answer(network, picture),
                                        testing::reference_answer(bytes, picture)),
            0.05);
}

TEST(QuantizeDynamic, RefusesNaN) {
  Network network = testing::small_network();
  Weight& weight = network.weights[std::get<Conv2d>(network.nodes[1].op).weight];
  std::vector<float> values = decode_f32(weight);
  values[3] = std::numeric_limits<float>::quiet_NaN();
  weight = make_f32_weight(weight.name, weight.shape, values);
  EXPECT_EQ(apply_pass(QuantizeDynamic{0}, network, {}, {}).error().message(),
            "Conv2d 'conv2' holds NaN or infinity in 'weight'");
}

TEST(QuantizeDynamic, NeedsPicturesToCorrectBiases) {
  Network network = testing::small_network();
  EXPECT_EQ(apply_pass(QuantizeDynamic{}, network, {}, {}).error().message(),
            "quantisation needs training pictures to measure on; name a recording");
  SmallData data(network);
  EXPECT_EQ(apply_pass(QuantizeDynamic{7}, network, data.context, {}).error().message(),
            "quantisation measures on at least 16 training pictures, is asked for 7");
}

}  // namespace
}  // namespace pitlane
