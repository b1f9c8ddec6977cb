#include <gtest/gtest.h>

#include <bit>
#include <cmath>

#include "pitlane/core/random.h"
#include "pitlane/network/weight.h"

namespace pitlane {
namespace {

#ifdef __FLT16_MAX__
#ifdef __aarch64__
using Binary16 = __fp16;  // GCC 12 has no other name for it here
#else
using Binary16 = _Float16;
#endif
// GCC's own conversion is the independent reference (software or instructions, all IEEE 754).
float reference_to_f32(std::uint16_t bits) { return static_cast<float>(std::bit_cast<Binary16>(bits)); }
std::uint16_t reference_to_f16(float value) { return std::bit_cast<std::uint16_t>(static_cast<Binary16>(value)); }

TEST(Half, EveryBitPatternWidensExactly) {
  for (std::uint32_t bits = 0; bits < 0x10000; ++bits) {
    const auto half = static_cast<std::uint16_t>(bits);
    const float expected = reference_to_f32(half);
    if (std::isnan(expected)) {
      EXPECT_TRUE(std::isnan(f16_to_f32(half)));
    } else {
      ASSERT_EQ(std::bit_cast<std::uint32_t>(f16_to_f32(half)), std::bit_cast<std::uint32_t>(expected)) << bits;
    }
  }
}

TEST(Half, RoundsLikeTheCompilerOverAllMagnitudes) {
  Random random(11);
  for (int i = 0; i < 2000000; ++i) {
    const float value = std::bit_cast<float>(static_cast<std::uint32_t>(random.next()));
    if (std::isnan(value)) continue;
    ASSERT_EQ(f32_to_f16(value), reference_to_f16(value)) << value;
  }
}

#else
TEST(Half, LikeTheCompiler) { GTEST_SKIP() << "this compiler has no _Float16 for this processor to compare with"; }
#endif

TEST(Half, TiesGoToEven) {
  EXPECT_EQ(f32_to_f16(1.0F + 0x1.0p-11F), 0x3C00);
  EXPECT_EQ(f32_to_f16(1.0F + 0x1.8p-10F), 0x3C02);
  EXPECT_EQ(f32_to_f16(65519.F), 0x7BFF);
  EXPECT_EQ(f32_to_f16(65520.F), 0x7C00);
}

}  // namespace
}  // namespace pitlane
