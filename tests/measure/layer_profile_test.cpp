#include "pitlane/measure/layer_profile.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "network/lively.h"
#include "pitlane/network/families.h"

namespace pitlane {
namespace {

using Owner = StepInfo::Owner;

TEST(LayersOf, PutsStepsOfOneLayerTogether) {
  const std::vector<LayerTime> layers =
      layers_of({{Owner::kInput, "camera", "border", Arithmetic::kNone, 0, 0, 0, 10},
                 {Owner::kInput, "camera", "widen", Arithmetic::kNone, 0, 0, 20, 80},
                 {Owner::kLayer, "conv", "border", Arithmetic::kNone, 0, 0, 0, 7},
                 {Owner::kLayer, "conv", "conv int8", Arithmetic::kI8, 1000, 300, 90, 40},
                 {Owner::kOutput, "conv", "output", Arithmetic::kNone, 0, 0, 4, 4},
                 {Owner::kLayer, "conv", "border", Arithmetic::kNone, 0, 0, 0, 5}});
  ASSERT_EQ(layers.size(), 3U) << "an output may have a layer's name";
  EXPECT_EQ(layers[0].name, "camera");
  EXPECT_EQ(layers[0].owner, Owner::kInput);
  EXPECT_EQ(layers[0].work, "border, widen");
  EXPECT_EQ(layers[0].activation_bytes, 110);
  EXPECT_EQ(layers[0].arithmetic, Arithmetic::kNone);
  EXPECT_EQ(layers[1].work, "border, conv int8") << "each kind once";
  EXPECT_EQ(layers[1].arithmetic, Arithmetic::kI8);
  EXPECT_EQ(layers[1].macs, 1000);
  EXPECT_EQ(layers[1].weight_bytes, 300);
  EXPECT_EQ(layers[1].activation_bytes, 142);
  EXPECT_EQ(layers[1].bytes(), 442);
  EXPECT_EQ(layers[2].owner, Owner::kOutput);
}

/// 2 GMAC/s f32, 8 int8; 100 GB/s up to 1 KB, 10 from 1 MB on.
Roofline sample_roofline() {
  Roofline roofline;
  roofline.peaks = {{"f32", "slow", 1e9}, {"f32", "fast", 2e9}, {"int8", "fast", 8e9}};
  roofline.warm = {{1000, 100e9}, {1'000'000, 10e9}};
  return roofline;
}

LayerTime layer(Arithmetic arithmetic, std::int64_t macs, std::int64_t weight_bytes, std::int64_t activation_bytes) {
  LayerTime out;
  out.arithmetic = arithmetic;
  out.macs = macs;
  out.weight_bytes = weight_bytes;
  out.activation_bytes = activation_bytes;
  return out;
}

TEST(LimitMs, IsTheSlowerOfArithmeticAndBytes) {
  const Roofline r = sample_roofline();
  // 2 million multiply-adds at 2 G a second; 1000 bytes of weights at 10 GB/s would be 0.1 us.
  EXPECT_DOUBLE_EQ(limit_ms(layer(Arithmetic::kF32, 2'000'000, 1000, 0), 5'000'000, r), 1);
  EXPECT_DOUBLE_EQ(limit_ms(layer(Arithmetic::kF16, 2'000'000, 1000, 0), 5'000'000, r), 1) << "f32 arithmetic";
  EXPECT_DOUBLE_EQ(limit_ms(layer(Arithmetic::kI8, 2'000'000, 1000, 0), 5'000'000, r), 0.25);
  // 20 MB of weights at 10 GB/s.
  EXPECT_DOUBLE_EQ(limit_ms(layer(Arithmetic::kF32, 2'000'000, 20'000'000, 0), 30'000'000, r), 2);
}

TEST(LimitMs, WeightsLieWhereTheNetworkFitsAndActivationsWhereTheirOwnDo) {
  const Roofline r = sample_roofline();
  EXPECT_DOUBLE_EQ(limit_ms(layer(Arithmetic::kNone, 0, 0, 500), 5'000'000, r), 500 / 100e9 * 1e3);
  EXPECT_DOUBLE_EQ(limit_ms(layer(Arithmetic::kNone, 0, 500, 0), 5'000'000, r), 500 / 10e9 * 1e3);
  EXPECT_DOUBLE_EQ(limit_ms(layer(Arithmetic::kNone, 0, 500, 500), 5'000'000, r), (500 / 10e9 + 500 / 100e9) * 1e3);
}

TEST(LimitMs, IsNotKnownWhereNothingWasMeasured) {
  EXPECT_EQ(limit_ms(layer(Arithmetic::kI8, 1000, 1000, 1000), 1000, {}), 0);
  LayerTime one = layer(Arithmetic::kI8, 1000, 1000, 1000);
  EXPECT_EQ(one.roofline_ratio(), 0);
  one.p50_ms = 4;
  one.limit_ms = 1;
  EXPECT_EQ(one.roofline_ratio(), 0.25);
}

TEST(SetLimits, FillsEveryLayer) {
  LayerProfile profile;
  profile.network_bytes = 5'000'000;
  profile.layers = {layer(Arithmetic::kF32, 2'000'000, 0, 0), layer(Arithmetic::kNone, 0, 500, 0)};
  set_limits(profile, sample_roofline());
  EXPECT_DOUBLE_EQ(profile.layers[0].limit_ms, 1);
  EXPECT_DOUBLE_EQ(profile.layers[1].limit_ms, 5e-5);
}

class TimeLayers : public ::testing::Test {
 protected:
  void SetUp() override {
    FamilyOptions options;
    options.outputs = {{.name = "v", .unit = "m/s", .low = 0, .high = 10}};
    Result<Network> network = find_family("pilotnet-torch").value()->build(options);
    ASSERT_TRUE(network.ok());
    plan_ = compile(testing::with_loud_head(*std::move(network))).value();
    image_.assign(200 * 66 * 3, std::byte{100});
    in_ = {{image_.data(), image_.size()}};
    out_ = {{&answer_, sizeof answer_}};
  }
  std::shared_ptr<const Plan> plan_;
  std::vector<std::byte> image_;
  float answer_ = 0;
  std::vector<TensorView> in_;
  std::vector<MutableTensorView> out_;
};

TEST_F(TimeLayers, SumToTheWholeRun) {
  LatencyOptions options;
  options.budget_s = 2;
  // Other work on the machine falls on one of the two: the best of a few tries.
  LayerProfile profile;
  double apart = 1;
  for (int attempt = 0; attempt < 5 && apart > 0.15; ++attempt) {
    profile = time_layers(*plan_, in_, out_, options);
    apart = std::abs(profile.sum_ms / profile.whole_ms.p50 - 1);
  }
  EXPECT_LE(apart, 0.15);
  EXPECT_EQ(profile.clock_readings, static_cast<std::int64_t>(plan_->steps().size()));
  EXPECT_EQ(profile.network_bytes, static_cast<std::int64_t>(plan_->weight_bytes() + plan_->workspace_bytes()));
  EXPECT_GE(profile.whole_ms.runs, options.min_runs);
  double sum_ms = 0, shares = 0;
  for (const LayerTime& layer : profile.layers) {
    sum_ms += layer.p50_ms;
    shares += layer.share;
  }
  EXPECT_DOUBLE_EQ(sum_ms, profile.sum_ms);
  EXPECT_NEAR(shares, 1, 1e-9);
  // Half of all multiply-adds against a layer of 50 x 10.
  const auto largest = std::ranges::max_element(profile.layers, {}, &LayerTime::macs);
  const auto small = std::ranges::find(profile.layers, 500, &LayerTime::macs);
  ASSERT_NE(small, profile.layers.end());
  EXPECT_GT(largest->p50_ms, 5 * small->p50_ms);
}

TEST_F(TimeLayers, StopsWhenAsked) {
  LatencyOptions options;
  options.warm_up_s = 0;
  options.budget_s = 3600;
  int turns = 0;
  const LayerProfile profile = time_layers(*plan_, in_, out_, options, [&] { return ++turns < 2; });
  EXPECT_EQ(turns, 2);
  EXPECT_EQ(profile.whole_ms.runs, static_cast<std::int64_t>(2 * kTimingBurst));
}

}  // namespace
}  // namespace pitlane
