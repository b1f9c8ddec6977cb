// Each loop against the definition, number by number.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "pitlane/core/random.h"
#include "pitlane/network/weight.h"
#include "pitlane/train/fake_quantization.h"

namespace pitlane {
namespace {

// Around whole vectors, and with a tail.
constexpr std::size_t kSizes[] = {0, 1, 15, 64, 65, 1000};
constexpr ActivationQuantization kGrid{0.03125F, 77};  // a power of two, so that halves of a step are met

std::vector<float> values(std::size_t size) {
  Random random(size + 1);
  std::vector<float> out(size);
  // From well below the lowest level to well above the highest, every second one in the middle of two levels.
  for (std::size_t i = 0; i < size; ++i) {
    const auto v = static_cast<float>(random.uniform(-6, 9));
    out[i] = i % 2 == 0 ? v : (std::floor(v / kGrid.scale) + 0.5F) * kGrid.scale;
  }
  return out;
}

float level(float value) { return std::nearbyint(value / kGrid.scale) + static_cast<float>(kGrid.zero_point); }

TEST(FakeQuantizationLoops, RoundToTheGridAndClip) {
  for (const std::size_t size : kSizes) {
    const std::vector<float> real = values(size);
    std::vector<float> seen(size);
    round_to_grid(real, kGrid, seen);
    for (std::size_t i = 0; i < size; ++i)
      EXPECT_EQ(seen[i], (std::clamp(level(real[i]), 0.F, 255.F) - 77) * kGrid.scale) << real[i];
  }
}

TEST(FakeQuantizationLoops, PassTheGradientOfWhatIsNotClipped) {
  for (const std::size_t size : kSizes) {
    const std::vector<float> real = values(size);
    std::vector<float> gradient(size), passed(size);
    for (std::size_t i = 0; i < size; ++i) gradient[i] = static_cast<float>(i) + 1;
    pass_unclipped(real, kGrid, gradient, passed);
    for (std::size_t i = 0; i < size; ++i)
      EXPECT_EQ(passed[i], level(real[i]) >= 0 && level(real[i]) <= 255 ? gradient[i] : 0) << real[i];
  }
}

TEST(FakeQuantizationLoops, WeightsAreThoseOfQuantizeI8) {
  std::vector<float> real = values(2 * 65);
  std::fill(real.begin() + 65, real.end(), 0.F);  // a channel of zeros
  const std::vector<float> expected = decode_f32(quantize_i8(make_f32_weight("w", {2, 65}, real)));
  std::vector<float> seen(real.size());
  for (std::size_t row = 0; row < 2; ++row) {
    const auto in = std::span<const float>(real).subspan(row * 65, 65);
    round_as_int8(in, int8_scale(largest_magnitude(in)), std::span(seen).subspan(row * 65, 65));
  }
  EXPECT_EQ(seen, expected);
}

TEST(FakeQuantizationLoops, ExtentsHoldZeroAndAllValues) {
  for (const std::size_t size : kSizes)
    for (const float shift : {0.F, 20.F, -20.F}) {
      std::vector<float> v = values(size);
      for (float& x : v) x += shift;
      float low = 0, high = 0;
      for (const float x : v) low = std::min(low, x), high = std::max(high, x);
      const ActivationRange extent = extent_of(v);
      EXPECT_EQ(extent.low, low);
      EXPECT_EQ(extent.high, high);
      EXPECT_EQ(largest_magnitude(v), std::max(-low, high));
    }
}

TEST(FakeQuantizationLoops, NotANumberStaysSo) {
  const std::vector<float> real(70, std::numeric_limits<float>::quiet_NaN());
  std::vector<float> seen(real.size());
  round_to_grid(real, kGrid, seen);
  for (const float v : seen) EXPECT_TRUE(std::isnan(v));
  round_as_int8(real, 1, seen);
  for (const float v : seen) EXPECT_TRUE(std::isnan(v));
}

}  // namespace
}  // namespace pitlane
