// What quantisation-aware training asks of the trainer, and what it makes of the answer.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "pitlane/engine/quantization.h"
#include "pitlane/optimize/layers.h"
#include "pitlane/optimize/passes.h"
#include "sketch.h"
#include "small_data.h"

namespace pitlane {
namespace {

class QuantizeAwareTest : public ::testing::Test {
 protected:
  /// Remembers what was asked for and what was given back: the weights nudged, one range widened.
  FineTuneFn widening() {
    return [this](const Network& network, const FineTuning& wanted, const ProgressFn&) {
      asked_ = wanted;
      given_ = network;
      back_ = testing::nudge_weights(network, 4, wanted.keep_shared);
      for (Value& value : back_.values)
        if (value.quantization) value.quantization->scale *= 1.5F;
      return Result<Network>(back_);
    };
  }

  Network network_ = testing::small_network();
  testing::SmallData data_{network_};
  FineTuning asked_;
  Network given_, back_;
};

TEST_F(QuantizeAwareTest, TrainsTheFoldedNetworkWithTheGridsOfCalibration) {
  Network expected = network_;
  ASSERT_TRUE(apply_pass(FoldBatchNorm{}, expected).ok());
  data_.context.fine_tune = widening();
  ASSERT_TRUE(apply_pass(QuantizeAware{3, 1e-3, 32}, network_, data_.context, {}).ok());
  EXPECT_EQ(asked_.epochs, 3);
  EXPECT_EQ(asked_.learning_rate, 1e-3);
  EXPECT_FALSE(asked_.keep_shared);
  for (std::size_t i = 0; i < expected.weights.size(); ++i)
    EXPECT_EQ(decode_f32(given_.weights[i]), decode_f32(expected.weights[i])) << "BatchNorm is folded, nothing rounded";
  EXPECT_TRUE(
      std::ranges::none_of(given_.nodes, [](const Node& node) { return std::holds_alternative<BatchNorm>(node.op); }));
  // Layers that int_flt_quan makes int8, and no others, read from a grid.
  ASSERT_EQ(asked_.int8.size(), given_.weights.size());
  for (const Layer& layer : weighted_layers(given_)) {
    const std::string& name = given_.nodes[layer.node].name;
    const bool int8 = name == "conv2" || name == "conv3" || name == "dense5";
    EXPECT_EQ(asked_.int8[layer.weight], int8 ? std::optional(I8Scales::kPerChannel) : std::nullopt) << name;
    if (int8) {
      EXPECT_TRUE(input_quantization(given_, given_.nodes[layer.node].inputs[0])) << name;
    }
  }
}

TEST_F(QuantizeAwareTest, QuantisesToWhatWasTrained) {
  data_.context.fine_tune = widening();
  ASSERT_TRUE(apply_pass(QuantizeAware{}, network_, data_.context, {}).ok());
  for (std::size_t i = 0; i < back_.values.size(); ++i)
    EXPECT_EQ(network_.values[i].quantization, back_.values[i].quantization);
  for (std::size_t i = 0; i < back_.weights.size(); ++i) {
    const Weight expected = asked_.int8[i] ? quantize_i8(back_.weights[i]) : back_.weights[i];
    EXPECT_EQ(network_.weights[i].storage, expected.storage);
    EXPECT_EQ(decode_f32(network_.weights[i]), decode_f32(expected)) << "weights and biases alike, none corrected";
  }
}

TEST_F(QuantizeAwareTest, KeptSharesAskForOneScale) {
  ASSERT_TRUE(apply_pass(Cluster{.values = 16, .spared = {"dense5"}}, network_, data_.context, {}).ok());
  data_.context.fine_tune = widening();
  ASSERT_TRUE(apply_pass(QuantizeAware{.keep_shared = true}, network_, data_.context, {}).ok());
  EXPECT_TRUE(asked_.keep_shared);
  const Weight& weight = testing::weight_of(network_, "conv3");
  EXPECT_EQ(weight.storage, Storage::kI8);
  EXPECT_EQ(std::ranges::count(weight.scales, weight.scales[0]), std::ssize(weight.scales));
  float largest = 0;
  for (const float v : decode_f32(testing::weight_of(back_, "conv3"))) largest = std::max(largest, std::abs(v));
  EXPECT_FLOAT_EQ(weight.scales[0], largest / 127);
  const Weight& apart = testing::weight_of(network_, "dense5");
  EXPECT_LT(std::ranges::count(apart.scales, apart.scales[0]), std::ssize(apart.scales)) << "it shares nothing";
}

TEST_F(QuantizeAwareTest, SaysWhatItLacks) {
  Network network = network_;
  EXPECT_EQ(apply_pass(QuantizeAware{}, network, {}, {}).error().message(),
            "quantisation needs training pictures to measure on; name a recording");
  data_.context.fine_tune = {};
  EXPECT_EQ(apply_pass(QuantizeAware{}, network, data_.context, {}).error().message(),
            "fine-tuning needs a build with LibTorch and training data");
  data_.context.fine_tune = widening();
  EXPECT_EQ(apply_pass(QuantizeAware{.epochs = 0}, network, data_.context, {}).error().message(),
            "fine-tuning takes at least 1 epoch, is asked for 0");
}

// Outputs of a network of integers alone are whole steps of a grid, which covers what they were in training.
TEST_F(QuantizeAwareTest, IntegersOnlyLeaveNothingInFloats) {
  Network folded = network_;
  ASSERT_TRUE(apply_pass(FoldBatchNorm{}, folded).ok());
  ASSERT_TRUE(apply_pass(QuantizeStatic{.integers_only = true}, network_, data_.context, {}).ok());
  for (const Layer& layer : weighted_layers(network_))
    EXPECT_EQ(network_.weights[layer.weight].storage, Storage::kI8) << network_.nodes[layer.node].name;
  for (const Node& node : network_.nodes) EXPECT_TRUE(network_.values[node.output].quantization) << node.name;
  const ActivationQuantization grid = *network_.values[network_.outputs[0].value].quantization;
  const auto rounded = testing::engine_answers(network_, data_.dataset, data_.split.train);
  const auto exact = testing::engine_answers(folded, data_.dataset, data_.split.train);
  const auto range = std::pair(-static_cast<float>(grid.zero_point) * grid.scale,
                               static_cast<float>(255 - grid.zero_point) * grid.scale);
  for (std::size_t s = 0; s < exact.size(); ++s)
    for (std::size_t k = 0; k < exact[s].size(); ++k) {
      const double steps = rounded[s][k] / grid.scale;
      EXPECT_NEAR(steps, std::round(steps), 1e-3);
      EXPECT_GE(exact[s][k], range.first - 0.51F * grid.scale);
      EXPECT_LE(exact[s][k], range.second + 0.51F * grid.scale);
      EXPECT_NEAR(rounded[s][k], exact[s][k], 8 * grid.scale);
    }
}

TEST_F(QuantizeAwareTest, CalibratorsChooseTheRangesTheyAreNamedFor) {
  std::map<Calibrator, float> scale;
  for (const Calibrator calibrator : {Calibrator::kMinMax, Calibrator::kPercentile, Calibrator::kMse,
                                      Calibrator::kEntropy, Calibrator::kCubedError}) {
    Network network = network_;
    const double percentile = calibrator == Calibrator::kPercentile ? 0.99 : 1;
    ASSERT_TRUE(apply_pass(QuantizeStatic{64, percentile, calibrator, false}, network, data_.context, {}).ok());
    scale[calibrator] = network.values[testing::node_named(network, "conv3").inputs[0]].quantization->scale;
  }
  // min-max is the whole; every other clips, squares more than cubes.
  EXPECT_LT(scale[Calibrator::kPercentile], scale[Calibrator::kMinMax]);
  EXPECT_LE(scale[Calibrator::kCubedError], scale[Calibrator::kMinMax]);
  EXPECT_LE(scale[Calibrator::kMse], scale[Calibrator::kCubedError]);
  EXPECT_LE(scale[Calibrator::kEntropy], scale[Calibrator::kMinMax]);
  // The largest activation, by the engine on the very pictures.
  Network folded = network_;
  ASSERT_TRUE(apply_pass(FoldBatchNorm{}, folded).ok());
  float largest = 0;
  const auto read = static_cast<std::size_t>(testing::node_named(folded, "conv3").inputs[0]);
  for (const std::int64_t sample : data_.split.train) {
    const auto values = testing::reference_values(folded, data_.dataset.picture(sample));
    largest = std::max(largest, std::ranges::max(values[read]));
  }
  EXPECT_NEAR(scale[Calibrator::kMinMax] * 255, largest, 1e-3 * largest);
}

}  // namespace
}  // namespace pitlane
