#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "bright_bar.h"
#include "pitlane/network/pilotnet.h"
#include "pitlane/network/pit_file.h"
#include "pitlane/optimize/layers.h"
#include "pitlane/optimize/passes.h"

namespace pitlane {
namespace {

using testing::bar_network;
using testing::BarData;
using ::testing::HasSubstr;

const Weight& weight_named(const Network& network, const std::string& name) {
  return *std::ranges::find_if(network.weights, [&](const Weight& w) { return w.name == name; });
}

Network with_weight(Network network, const std::string& name, std::size_t element, float value) {
  for (Weight& w : network.weights) {
    if (w.name != name) continue;
    std::vector<float> values = decode_f32(w);
    values[element] = value;
    w = make_f32_weight(w.name, w.shape, std::move(values));
  }
  return network;
}

TEST(HalfWeights, HalvesStorageAndHardlyMovesTheAnswers) {
  const BarData data;
  const Network before = bar_network();
  Network after = before;
  ASSERT_TRUE(apply_pass(HalfWeights{}, after).ok());
  for (const Layer& layer : weighted_layers(after)) EXPECT_EQ(after.weights[layer.weight].storage, Storage::kF16);
  EXPECT_LT(testing::difference(before, after, data.dataset), 1e-6);
}

TEST(HalfWeights, RefusesWhatHalfCannotHold) {
  Network network = with_weight(bar_network(), "hidden.weight", 7, 1e6F);
  const Status status = apply_pass(HalfWeights{}, network);
  ASSERT_FALSE(status.ok());
  EXPECT_THAT(status.error().message(), HasSubstr("hidden"));
}

TEST(QuantizeDynamic, OneScalePerChannelByTheLargestMagnitude) {
  Network folded = bar_network();
  ASSERT_TRUE(apply_pass(FoldBatchNorm{}, folded).ok());
  Network network = bar_network();
  ASSERT_TRUE(apply_pass(QuantizeDynamic{0}, network, {}, {}).ok());
  const Weight& real = weight_named(folded, "hidden.weight");
  const Weight& whole = weight_named(network, "hidden.weight");
  ASSERT_EQ(whole.storage, Storage::kI8);
  ASSERT_EQ(whole.scales.size(), 16U);
  const auto inputs = static_cast<std::size_t>(real.shape[1]);
  for (std::size_t o = 0; o < 16; ++o) {
    float largest = 0;
    for (std::size_t i = 0; i < inputs; ++i) largest = std::max(largest, std::abs(real.f32()[o * inputs + i]));
    EXPECT_NEAR(whole.scales[o], largest / 127, 1e-7);
    for (std::size_t i = 0; i < inputs; ++i)
      EXPECT_NEAR(whole.scales[o] * whole.i8()[o * inputs + i], real.f32()[o * inputs + i], whole.scales[o] * 0.5001);
  }
  EXPECT_EQ(weight_named(network, "last.weight").storage, Storage::kF32) << "the command's own layer is not rounded";
}

TEST(QuantizeDynamic, StaysNearTheFloatNetwork) {
  const BarData data;
  Network network = bar_network();
  ASSERT_TRUE(apply_pass(QuantizeDynamic{0}, network, {}, {}).ok());
  EXPECT_LT(testing::difference(bar_network(), network, data.dataset), 1e-4);
}

TEST(QuantizeDynamic, RefusesNaN) {
  Network network = with_weight(bar_network(), "conv.weight", 3, std::numeric_limits<float>::quiet_NaN());
  const Status status = apply_pass(QuantizeDynamic{0}, network, {}, {});
  ASSERT_FALSE(status.ok());
  EXPECT_THAT(status.error().message(), HasSubstr("'conv"));
}

TEST(QuantizeStatic, StaysNearTheFloatNetwork) {
  const BarData data;
  Network network = bar_network();
  const Status status = apply_pass(QuantizeStatic{}, network, data.context(), {});
  ASSERT_TRUE(status.ok()) << status.error().message();
  EXPECT_LT(testing::difference(bar_network(), network, data.dataset), 1e-4);
}

// An odd bias of rounding in a layer's mean is what the correction must take away.
TEST(QuantizeStatic, LeavesNoMeanErrorBehind) {
  const BarData data;
  const Network before = bar_network();
  Network after = before;
  ASSERT_TRUE(apply_pass(QuantizeStatic{}, after, data.context(), {}).ok());
  std::vector<double> mean(2);
  const int samples = 100;
  double size = 0;
  for (int s = 0; s < samples; ++s) {
    const auto x = testing::slow_outputs(before, data.dataset, s), y = testing::slow_outputs(after, data.dataset, s);
    for (std::size_t i = 0; i < 2; ++i) mean[i] += (y[i] - x[i]) / samples, size += std::abs(y[i] - x[i]) / samples / 2;
  }
  for (const double m : mean) EXPECT_LT(std::abs(m), std::max(0.5 * size, 1e-6));
}

TEST(QuantizeStatic, SeesOnlyTrainingPictures) {
  BarData data;
  Network first = bar_network();
  ASSERT_TRUE(apply_pass(QuantizeStatic{}, first, data.context(), {}).ok());
  for (const std::int64_t i : data.split.validation) {
    const auto at = static_cast<std::size_t>(i) * data.dataset.picture_bytes();
    std::fill_n(data.dataset.pictures.begin() + static_cast<std::ptrdiff_t>(at), data.dataset.picture_bytes(), 255);
  }
  Network second = bar_network();
  ASSERT_TRUE(apply_pass(QuantizeStatic{}, second, data.context(), {}).ok());
  EXPECT_EQ(content_hash(first), content_hash(second));
}

TEST(QuantizeStatic, DeadChannelsAndConstantOnesAreHarmless) {
  const BarData data;
  Network network = bar_network();
  for (std::size_t i = 0; i < 27; ++i) network = with_weight(network, "conv.weight", i, 0);
  const Network before = network;
  const Status status = apply_pass(QuantizeStatic{}, network, data.context(), {});
  ASSERT_TRUE(status.ok()) << status.error().message();
  EXPECT_LT(testing::difference(before, network, data.dataset), 1e-4);
}

TEST(QuantizeStatic, SaysWhatIsWrong) {
  BarData data;
  Network network = bar_network();
  Status status = apply_pass(QuantizeStatic{512, 0.2}, network, data.context(), {});
  ASSERT_FALSE(status.ok());
  EXPECT_THAT(status.error().message(), HasSubstr("percentile must be above 0.5 and at most 1"));
  std::ranges::fill(data.dataset.pictures, 0);
  network = bar_network();
  status = apply_pass(QuantizeStatic{}, network, data.context(), {});
  ASSERT_FALSE(status.ok());
  EXPECT_THAT(status.error().message(), HasSubstr("alike"));
}

TEST(Quantize, PilotNetFitsItsTarget) {
  Network network = build_pilotnet_torch({Preprocessing{}, testing::tiny_outputs(), 1}).value();
  ASSERT_TRUE(apply_pass(QuantizeDynamic{0}, network, {}, {}).ok());
  EXPECT_LE(serialize_pit(network).value().size(), 1'750'000U);
}

}  // namespace
}  // namespace pitlane
