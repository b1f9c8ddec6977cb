// Simulated int8: the trainer's forward pass against the engine's reference of the network that comes of it, and its
// gradients against finite differences.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <numeric>

#include "pitlane/core/random.h"
#include "pitlane/engine/reference.h"
#include "pitlane/network/activation_range.h"
#include "pitlane/network/pit_file.h"
#include "pitlane/train/batches.h"
#include "pitlane/train/torch_model.h"
#include "pitlane/train/trainer.h"
#include "synthetic.h"

namespace pitlane {
namespace {

constexpr int kAcross = 12, kDown = 6;

/// The tiny network without its normalisation, with a border that is not zero and a grid where each layer reads.
struct Simulated {
  Network network = testing::tiny_network(kAcross, kDown);
  SimulatedInt8 int8;

  explicit Simulated(I8Scales scales = I8Scales::kPerChannel) {
    const ValueId image = network.inputs[0].value;
    network.nodes.erase(network.nodes.begin());
    network.nodes[0].inputs[0] = image;
    std::get<Conv2d>(network.nodes[0].op).pad_value = {0.25F, 0.5F, 0.125F};
    network.values[image].quantization = ActivationQuantization{1 / 200.F, 10};
    set(network.nodes[0].output, {-0.6F, 1.9F});
    set(network.nodes[1].output, {-0.6F, 1.9F});
    set(network.nodes[2].output, {0, 1.2F});
    int8.resize(network.weights.size());
    for (const Node& node : network.nodes) {
      if (const auto* conv = std::get_if<Conv2d>(&node.op)) int8[static_cast<std::size_t>(conv->weight)] = scales;
      if (const auto* dense = std::get_if<Dense>(&node.op)) int8[static_cast<std::size_t>(dense->weight)] = scales;
    }
  }

  void set(ValueId value, ActivationRange range) { network.values[value].quantization = quantization_of(range); }

  /// What the engine is to run.
  [[nodiscard]] Network quantized(Network trained) const {
    for (std::size_t i = 0; i < trained.weights.size(); ++i)
      if (int8[i]) trained.weights[i] = quantize_i8(trained.weights[i], *int8[i]);
    return trained;
  }
};

std::vector<float> reference(const Network& network, const Dataset& dataset, std::int64_t sample) {
  const Preprocessing& p = network.inputs[0].preprocessing;
  std::vector<std::vector<float>> inputs(1);
  const auto picture = dataset.picture(sample);
  for (std::size_t i = 0; i < picture.size(); ++i)
    inputs[0].push_back(static_cast<float>(picture[i]) * p.scale[i % 3] + p.offset[i % 3]);
  const auto result = run_reference(network, inputs);
  EXPECT_TRUE(result.ok()) << result.error().message();
  return result->values[static_cast<std::size_t>(network.outputs[0].value)];
}

TrainOptions short_training(int epochs) {
  TrainOptions options;
  options.epochs = epochs;
  options.batch = 16;
  options.learning_rate = 5e-3;
  options.threads = 1;
  return options;
}

class FakeQuantization : public ::testing::TestWithParam<I8Scales> {
 protected:
  /// In the second and in the fourth of its epochs. A checkpoint of other options is refused.
  void expect_the_same_bytes_when_stopped(TrainOptions options) const {
    const auto whole = train(simulated_.network, dataset_, split_, options);
    ASSERT_TRUE(whole.ok()) << whole.error().message();
    options.checkpoint =
        std::filesystem::path(::testing::TempDir()) /
        ((options.keep_shared ? "shared" : "fake") + std::to_string(static_cast<int>(GetParam())) + ".ckpt");
    std::filesystem::remove(options.checkpoint);
    for (const std::int64_t stop : {4, 8}) {
      const auto part =
          train(simulated_.network, dataset_, split_, options, [&](const Progress& p) { return p.done < stop; });
      ASSERT_FALSE(part.ok());
      EXPECT_EQ(part.error().kind(), ErrorKind::kInterrupted) << part.error().message();
    }
    const auto resumed = train(simulated_.network, dataset_, split_, options);
    ASSERT_TRUE(resumed.ok()) << resumed.error().message();
    EXPECT_EQ(serialize_pit(resumed->network).value(), serialize_pit(whole->network).value());
    options.int8.assign(options.int8.size(), std::nullopt);
    const auto other = train(simulated_.network, dataset_, split_, options);
    ASSERT_FALSE(other.ok());
    EXPECT_THAT(other.error().message(), ::testing::HasSubstr("simulated int8 weights is ---------- now"));
    std::filesystem::remove(options.checkpoint);
  }

  Dataset dataset_ = testing::bar_dataset(kAcross, kDown, 60, 7);
  Split split_ = testing::tail_split(dataset_);
  Simulated simulated_{GetParam()};
};

// The answers lie on no grid, so a step of rounding anywhere before them shows.
TEST_P(FakeQuantization, ForwardIsWhatTheEngineWillAnswer) {
  const auto model = make_torch_model(simulated_.network, {.int8 = simulated_.int8});
  ASSERT_TRUE(model.ok()) << model.error().message();
  const SampleInputs inputs = *SampleInputs::create(simulated_.network, dataset_);
  const Network engine = simulated_.quantized(simulated_.network);
  const BatchBuffer batch = plain_batch(inputs, split_.validation);
  const std::vector<float> y = *(*model)->predict(batch.view());
  const auto plain = *(*make_torch_model(simulated_.network, {}))->predict(batch.view());
  double away = 0;
  for (std::size_t s = 0; s < split_.validation.size(); ++s) {
    const std::vector<float> expected = reference(engine, dataset_, split_.validation[s]);
    for (std::size_t k = 0; k < 2; ++k) {
      EXPECT_NEAR(y[2 * s + k], expected[k], 1e-5) << s;
      away = std::max<double>(away, std::abs(plain[2 * s + k] - expected[k]));
    }
  }
  EXPECT_GT(away, 1e-3) << "without simulation it would answer otherwise";
}

TEST_P(FakeQuantization, ATrainedNetworkIsWhatItsLastValidationSaw) {
  TrainOptions options = short_training(3);
  options.keep_last = options.freeze_batch_norm = true;
  options.int8 = simulated_.int8;
  const auto trained = train(simulated_.network, dataset_, split_, options);
  ASSERT_TRUE(trained.ok()) << trained.error().message();
  const Network engine = simulated_.quantized(trained->network);
  double loss = 0;
  for (const std::int64_t sample : split_.validation) {
    const std::vector<float> y = reference(engine, dataset_, sample);
    for (std::size_t k = 0; k < 2; ++k)
      loss += (k == 1 ? 5 : 1) * std::pow(y[k] - dataset_.label(sample)[k], 2) /
              static_cast<double>(split_.validation.size());
  }
  // A number in the middle of two steps may fall to either side: a step in one picture, not more.
  EXPECT_NEAR(loss, trained->epochs.back().validation_loss, 1e-3 * loss);
  // Ranges have followed, alike for Flatten; the picture's stays.
  const auto grid = [](const Network& n, std::size_t node) { return *n.values[n.nodes[node].output].quantization; };
  EXPECT_NE(grid(trained->network, 0), grid(simulated_.network, 0));
  EXPECT_EQ(grid(trained->network, 0), grid(trained->network, 1));
  EXPECT_EQ(trained->network.values[trained->network.inputs[0].value].quantization,
            simulated_.network.values[simulated_.network.inputs[0].value].quantization);
}

TEST_P(FakeQuantization, ResumedEqualsUninterruptedByteForByte) {
  TrainOptions options = short_training(4);
  options.keep_last = options.keep_zeros = true;
  options.int8 = simulated_.int8;
  options.sparsity = RisingSparsity{.from = 0.2, .to = 0.6, .weights = {}};
  for (std::size_t i = 0; i < simulated_.int8.size(); ++i)
    if (simulated_.int8[i]) options.sparsity->weights.push_back(static_cast<WeightId>(i));
  expect_the_same_bytes_when_stopped(options);
}

TEST_P(FakeQuantization, SharedValuesResumedEqualUninterruptedByteForByte) {
  TrainOptions options = short_training(4);
  options.keep_last = options.keep_zeros = options.keep_shared = true;
  options.int8 = simulated_.int8;
  for (std::size_t i = 0; i < simulated_.int8.size(); ++i) {
    if (!simulated_.int8[i]) continue;
    Weight& weight = simulated_.network.weights[i];
    std::vector<float> values = decode_f32(weight);
    for (float& v : values) v = std::round(v * 20) / 20;
    weight = make_f32_weight(weight.name, weight.shape, values);
  }
  expect_the_same_bytes_when_stopped(options);
}

// A batch large enough to be shared out.
TEST_P(FakeQuantization, IsTheSameOnAnyNumberOfThreads) {
  const Dataset many = testing::bar_dataset(kAcross, kDown, 800, 7);
  const SampleInputs inputs = *SampleInputs::create(simulated_.network, many);
  std::vector<std::int64_t> samples(static_cast<std::size_t>(many.size()));
  std::iota(samples.begin(), samples.end(), 0);
  const BatchBuffer batch = plain_batch(inputs, samples);
  const auto step = [&](int threads) {
    auto model = make_torch_model(simulated_.network, {.threads = threads, .int8 = simulated_.int8}).value();
    EXPECT_TRUE(model->backward(batch.view(), std::vector<double>{1, 5}).ok());
    std::vector<float> seen = model->weights().back();  // the ranges
    for (const Parameter& p : model->parameters()) seen.insert(seen.end(), p.gradient.begin(), p.gradient.end());
    return seen;
  };
  const std::vector<float> one = step(1), four = step(4);
  ASSERT_EQ(one.size(), four.size());
  // LibTorch's own sums of gradients may go in another order.
  for (std::size_t i = 0; i < one.size(); ++i) EXPECT_NEAR(one[i], four[i], 1e-5 + 1e-4 * std::abs(one[i])) << i;
}

INSTANTIATE_TEST_SUITE_P(Scales, FakeQuantization, ::testing::Values(I8Scales::kPerChannel, I8Scales::kOne),
                         [](const auto& param_info) {
                           return param_info.param == I8Scales::kOne ? std::string("One") : std::string("PerChannel");
                         });

/// One dense layer of three inputs in front of an output layer that passes on: y = round(sum of w_i x_i).
struct ByHand {
  NetworkBuilder builder{"hand"};
  Network network;
  WeightId weight = kNoWeight;
  SimulatedInt8 int8;

  explicit ByHand(ActivationRange range) {
    ValueId x = builder.image("camera", testing::tiny_preprocessing(1, 1));
    Dense first, last;
    weight = first.weight = builder.weight(make_f32_weight("first", {1, 3}, {0.5F, -0.3F, 0.11F}));
    last.weight = builder.weight(make_f32_weight("last", {2, 1}, {1, -2}));
    x = builder.add("first", first, {x});
    const ValueId middle = x;
    x = builder.add("last", last, {x});
    int element = 0;
    for (OutputSpec output : testing::tiny_outputs()) {
      output.value = x;
      output.element = element++;
      builder.output(std::move(output));
    }
    network = std::move(builder).build().value();
    network.values[middle].quantization = quantization_of(range);
    int8.resize(network.weights.size());
    int8[static_cast<std::size_t>(weight)] = I8Scales::kPerChannel;
  }
};

// Seen are the rounded weights and the rounded sum; the gradient is that of the sum where it is not clipped, and none
// where it is.
TEST(StraightThrough, GradientLooksThroughRoundingAndStopsAtClipping) {
  const std::vector<float> picture = {0.7F, 0.2F, 0.9F}, labels = {0.1F, 0.3F};
  for (const bool clipped : {false, true}) {
    const ByHand hand(clipped ? ActivationRange{0, 0.25F} : ActivationRange{-1, 1});
    const auto model = make_torch_model(hand.network, {.int8 = hand.int8});
    ASSERT_TRUE(model.ok()) << model.error().message();
    (*model)->follow_ranges(false);
    const TorchBatch batch{1, picture, labels, {{}}};
    ASSERT_TRUE((*model)->backward(batch, std::vector<double>{1, 1}).ok());
    // By hand: weights on their own grid, the sum on the value's.
    const Weight seen = quantize_i8(hand.network.weights[static_cast<std::size_t>(hand.weight)]);
    const std::vector<float> w = decode_f32(seen);
    const ActivationQuantization grid = *hand.network.values[hand.network.nodes[0].output].quantization;
    const double sum = w[0] * 0.7 + w[1] * 0.2 + w[2] * 0.9;
    const double level = std::clamp(std::nearbyint(sum / grid.scale) + grid.zero_point, 0.0, 255.0);
    const double z = grid.scale * (level - grid.zero_point);
    const double slope = clipped ? 0 : 2 * (z - labels[0]) * 1 + 2 * (-2 * z - labels[1]) * -2;
    const auto parameters = (*model)->parameters();
    const auto first = std::ranges::find(parameters, hand.weight, &Parameter::weight);
    ASSERT_NE(first, parameters.end());
    for (std::size_t i = 0; i < 3; ++i) EXPECT_NEAR(first->gradient[i], slope * picture[i], 1e-5) << i;
  }
}

TEST(StraightThrough, RangesFollowTheBatchesByAHundredth) {
  const ByHand hand({-1, 1});
  const auto model = make_torch_model(hand.network, {.int8 = hand.int8});
  const std::vector<float> picture = {0.7F, 0.2F, 0.9F, 0.1F, 1, 0}, labels(4, 0.5F);
  const TorchBatch batch{2, picture, labels, {{}}};
  ASSERT_TRUE((*model)->backward(batch, std::vector<double>{1, 1}).ok());
  const std::vector<float> w = decode_f32(quantize_i8(hand.network.weights[static_cast<std::size_t>(hand.weight)]));
  const double high = w[0] * 0.7 + w[1] * 0.2 + w[2] * 0.9, low = w[0] * 0.1 + w[1];
  const ActivationRange start = range_of(*hand.network.values[hand.network.nodes[0].output].quantization);
  const std::vector<float>& ranges = (*model)->weights().back();
  const auto value = static_cast<std::size_t>(hand.network.nodes[0].output);
  EXPECT_NEAR(ranges[2 * value], 0.99 * start.low + 0.01 * low, 1e-6);
  EXPECT_NEAR(ranges[2 * value + 1], 0.99 * start.high + 0.01 * high, 1e-6);
  const std::vector<float> before = ranges;
  (*model)->follow_ranges(false);
  ASSERT_TRUE((*model)->backward(batch, std::vector<double>{1, 1}).ok());
  EXPECT_EQ((*model)->weights().back(), before);
}

}  // namespace
}  // namespace pitlane
