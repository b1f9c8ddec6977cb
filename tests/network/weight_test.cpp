#include "pitlane/network/weight.h"

#include <gtest/gtest.h>

#include <cmath>

#include "pitlane/core/random.h"

namespace pitlane {
namespace {

TEST(QuantizeI8, ErrorIsAtMostHalfAStepPerChannel) {
  Random random(1);
  std::vector<float> values(6 * 35);
  for (float& v : values) v = static_cast<float>(random.normal());
  for (std::size_t i = 0; i < 35; ++i) values[2 * 35 + i] *= 1000;  // one loud channel must not hurt the others
  const Weight quantized = quantize_i8(make_f32_weight("w", {6, 35}, values));
  const std::vector<float> back = decode_f32(quantized);
  for (std::size_t i = 0; i < values.size(); ++i)
    EXPECT_LE(std::abs(back[i] - values[i]), quantized.scales[i / 35] * 0.5001F) << i;
}

TEST(QuantizeI8, LargestMagnitudeBecomes127) {
  const Weight quantized = quantize_i8(make_f32_weight("w", {1, 3}, {-2, 1, 0}));
  EXPECT_EQ(quantized.i8()[0], -127);
  EXPECT_EQ(quantized.i8()[2], 0);
}

TEST(QuantizeI8, ChannelOfZerosHasAUsableScale) {
  const Weight quantized = quantize_i8(make_f32_weight("w", {2, 2}, {0, 0, 1, 1}));
  EXPECT_EQ(quantized.scales[0], 1.F);
  EXPECT_EQ(decode_f32(quantized)[0], 0.F);
}

TEST(Bf16Weight, IsTheNearestAndItsBytesAreTheUpperHalf) {
  const Weight weight =
      make_bf16_weight("w", {1, 6}, std::vector<float>{1, -2.5F, 1 + 0x1p-8F, 1 + 0x3p-8F, 0, 1e-40F});
  EXPECT_EQ(weight.storage, Storage::kBf16);
  EXPECT_EQ(weight.bf16()[0], 0x3F80);
  EXPECT_EQ(decode_f32(weight), (std::vector<float>{1, -2.5F, 1, 1 + 0x1p-6F, 0, bf16_to_f32(0x0001)}));
  EXPECT_TRUE(std::isnan(bf16_to_f32(f32_to_bf16(std::nanf("")))));
  for (std::uint32_t bits = 0; bits < 0x10000; ++bits) {
    const float value = bf16_to_f32(static_cast<std::uint16_t>(bits));
    if (!std::isnan(value)) {
      ASSERT_EQ(f32_to_bf16(value), bits);
    }
  }
}

TEST(Sparsity, CountsZerosInEveryStorage) {
  const Weight f32 = make_f32_weight("w", {1, 4}, {0, 1, 0, -1});
  EXPECT_DOUBLE_EQ(sparsity(f32), 0.5);
  EXPECT_DOUBLE_EQ(sparsity(quantize_i8(f32)), 0.5);
  EXPECT_DOUBLE_EQ(sparsity(make_f16_weight("w", {1, 4}, f32.f32())), 0.5);
  EXPECT_DOUBLE_EQ(sparsity(make_bf16_weight("w", {1, 4}, f32.f32())), 0.5);
}

}  // namespace
}  // namespace pitlane
