#include <bit>
#include <cmath>
#include <limits>

#include "level.h"

namespace pitlane::kernels {
namespace {

using ElementwiseTest = LevelTest;

constexpr float kNan = std::numeric_limits<float>::quiet_NaN();
constexpr float kInfinity = std::numeric_limits<float>::infinity();

constexpr Curve kCurves[] = {Curve::kNone, Curve::kRelu,    Curve::kElu,   Curve::kLeakyRelu,
                             Curve::kTanh, Curve::kSigmoid, Curve::kRelu6, Curve::kHardSigmoid};

double exact(Curve curve, double x, double alpha) {
  switch (curve) {
    case Curve::kNone:
      return x;
    case Curve::kRelu:
      return std::max(0.0, x);
    case Curve::kElu:
      return x > 0 ? x : alpha * std::expm1(x);
    case Curve::kLeakyRelu:
      return x > 0 ? x : alpha * x;
    case Curve::kTanh:
      return std::tanh(x);
    case Curve::kSigmoid:
      return 1 / (1 + std::exp(-x));
    case Curve::kRelu6:
      return std::clamp(x, 0.0, 6.0);
    case Curve::kHardSigmoid:
      return std::clamp(alpha * x + 0.5, 0.0, 1.0);
  }
  return 0;
}

TEST_P(ElementwiseTest, RoundsToTheNearestBfloat16) {
  Random random(5);
  std::vector<float> in = random_floats(random, 1000, -300, 300);
  for (int i = 0; i < 64; ++i) in.push_back(1 + static_cast<float>(i) * 0x1p-9F);  // ties, and what lies between
  for (const float x : {0.0F, -0.0F, 3.4e38F, -3.4e38F, std::numeric_limits<float>::infinity()}) in.push_back(x);
  std::vector<float> out(in.size() + 1, -77.0F);
  table().round_bf16(in.data(), out.data(), in.size());
  for (std::size_t i = 0; i + 6 < out.size(); ++i) ASSERT_EQ(out[i], nearest_bf16(in[i])) << in[i];
  EXPECT_EQ(std::signbit(out[out.size() - 5]), true);
  EXPECT_EQ(out[out.size() - 4], std::numeric_limits<float>::infinity());  // nearer than the largest bfloat16
  EXPECT_EQ(out[out.size() - 2], std::numeric_limits<float>::infinity());
  EXPECT_EQ(out.back(), -77.0F);
  for (const std::uint32_t bits : {0x7F800001U, 0x7FC00000U, 0xFFFFFFFFU, 0xFF80FFFFU}) {
    const auto nan = std::bit_cast<float>(bits);
    float rounded = 0;
    table().round_bf16(&nan, &rounded, 1);
    EXPECT_TRUE(std::isnan(rounded)) << bits;
  }
}

TEST_P(ElementwiseTest, CurvesAreWithinTheBoundAndEqualTheScalarBits) {
  std::vector<float> in;
  for (int i = -4000; i <= 4000; ++i) in.push_back(static_cast<float>(i) * 0.0101F);
  for (const float x : {0.0F, -0.0F, 1e-30F, -1e-7F, 200.0F, -200.0F, 1e30F, -1e30F}) in.push_back(x);
  for (const Curve curve : kCurves) {
    for (const float alpha : {1.0F, 0.01F, 0.2F, 1 / 6.0F, -0.3F, 1.7F}) {
      std::vector<float> out(in.size());
      std::vector<float> plain(in.size());
      table().curve(in.data(), out.data(), in.size(), curve, alpha);
      table_for(Isa::kScalar).curve(in.data(), plain.data(), in.size(), curve, alpha);
      for (std::size_t i = 0; i < in.size(); ++i) {
        const double want = exact(curve, in[i], alpha);
        ASSERT_NEAR(out[i], want, 1.7 * kCurveError + std::abs(want) * 0x1p-23) << int(curve) << " at " << in[i];
        ASSERT_EQ(std::bit_cast<std::uint32_t>(out[i]), std::bit_cast<std::uint32_t>(plain[i])) << in[i];
      }
    }
  }
}

TEST_P(ElementwiseTest, ACurveToBytesIsTheCurveAndThenItsBytes) {
  Random random(33);
  const std::vector<float> in = random_floats(random, 203, -6, 6);
  for (const Curve curve : kCurves) {
    for (const auto& [scale, zero] : {std::pair{40.0F, 41}, {255.0F, 0}, {3.0F, 200}}) {
      std::vector<float> reals(in.size());
      std::vector<std::uint8_t> want(in.size()), got(in.size() + 1, 77);
      table().curve(in.data(), reals.data(), in.size(), curve, 0.9F);
      table().quantize(reals.data(), want.data(), in.size(), scale, zero);
      table().curve_quantize({in.data(), got.data(), in.size(), curve, 0.9F, scale, zero});
      ASSERT_EQ(got.back(), 77);
      got.pop_back();
      ASSERT_EQ(got, want) << int(curve);
    }
  }
}

TEST_P(ElementwiseTest, CurvesPassNanOn) {
  for (const Curve curve : kCurves) {
    std::vector<float> in(19, kNan);
    table().curve(in.data(), in.data(), in.size(), curve, 0.5F);
    for (const float y : in) EXPECT_TRUE(std::isnan(y)) << int(curve);
  }
}

TEST_P(ElementwiseTest, AddAndMultiplyRepeatTheSecondOperand) {
  Random random(21);
  for (const std::size_t channels : {1U, 3U, 8U, 17U, 40U}) {
    for (const std::size_t period : {std::size_t{1}, channels, channels * 5}) {
      const std::vector<float> in = random_floats(random, channels * 5, -2, 2);
      const std::vector<float> second = random_floats(random, period, -2, 2);
      std::vector<float> sum(in.size() + 1, -77);
      std::vector<float> product(in);
      table().add(in.data(), second.data(), sum.data(), in.size(), period);
      table().multiply(product.data(), second.data(), product.data(), in.size(), period);  // in place
      for (std::size_t i = 0; i < in.size(); ++i) {
        ASSERT_EQ(sum[i], in[i] + second[i % period]) << i << " of period " << period;
        ASSERT_EQ(product[i], in[i] * second[i % period]) << i << " of period " << period;
      }
      ASSERT_EQ(sum.back(), -77);
    }
  }
}

TEST_P(ElementwiseTest, SoftmaxMatchesDoubleAndEqualsTheScalarBits) {
  Random random(22);
  for (std::size_t channels = 1; channels < 40; ++channels) {
    std::vector<float> in = random_floats(random, channels * 3, -9, 9);
    in[0] = 1000;  // its row is all its own
    std::vector<float> out(in);
    std::vector<float> plain(in.size());
    table().softmax(out.data(), out.data(), out.size(), channels);
    table_for(Isa::kScalar).softmax(in.data(), plain.data(), in.size(), channels);
    EXPECT_EQ(out, plain);
    for (std::size_t row = 0; row < in.size(); row += channels) {
      double largest = in[row];
      double sum = 0;
      for (std::size_t c = 0; c < channels; ++c) largest = std::max(largest, double{in[row + c]});
      for (std::size_t c = 0; c < channels; ++c) sum += std::exp(in[row + c] - largest);
      for (std::size_t c = 0; c < channels; ++c)
        ASSERT_NEAR(out[row + c], std::exp(in[row + c] - largest) / sum, kSoftmaxError) << c << " of " << channels;
    }
  }
}

TEST_P(ElementwiseTest, SoftmaxPassesNanOn) {
  for (const float bad : {kNan, kInfinity}) {
    std::vector<float> in(19, 0.5F);
    in[7] = bad;
    table().softmax(in.data(), in.data(), in.size(), in.size());
    for (const float y : in) EXPECT_TRUE(std::isnan(y));
  }
}

TEST_P(ElementwiseTest, QuantizeRoundsHalfToEvenAndClamps) {
  std::vector<float> in = {0.0F, 0.5F, 1.5F, 2.5F, -0.5F, -1.5F, 0.49999997F, 1e9F, -1e9F, 244.4F, 245.0F, 246.0F};
  while (in.size() < 53) in.push_back(static_cast<float>(in.size()) * 3.7F - 60);
  for (std::size_t count = 1; count <= in.size(); ++count) {
    std::vector<std::uint8_t> out(count + 1, 99);
    table().quantize(in.data(), out.data(), count, 1.0F, 10);
    for (std::size_t i = 0; i < count; ++i) {
      const double want = std::clamp(std::nearbyint(static_cast<double>(in[i])) + 10, 0.0, 255.0);
      ASSERT_EQ(out[i], want) << in[i];
    }
    ASSERT_EQ(out[count], 99);
  }
  EXPECT_EQ(std::nearbyint(2.5), 2.0);  // the expectation itself rounds half to even
}

TEST_P(ElementwiseTest, WidenAndAffine) {
  Random random(8);
  for (const std::size_t channels : {1U, 3U, 9U, 17U, 40U}) {
    const auto bytes = random_integers<std::uint8_t>(random, channels * 7, 0, 255);
    const std::vector<float> scale = random_floats(random, channels, -2, 2);
    const std::vector<float> offset = random_floats(random, channels, -2, 2);
    std::vector<float> wide(bytes.size());
    std::vector<float> out(bytes.size());
    table().widen(bytes.data(), wide.data(), bytes.size());
    table().affine(wide.data(), out.data(), wide.size(), scale.data(), offset.data(), channels);
    for (std::size_t i = 0; i < bytes.size(); ++i) {
      ASSERT_EQ(wide[i], bytes[i]);
      ASSERT_EQ(out[i], wide[i] * scale[i % channels] + offset[i % channels]);
    }
  }
}

TEST_P(ElementwiseTest, RangeHoldsZeroAndSeesWhatIsNotFinite) {
  Random random(9);
  for (std::size_t count = 0; count < 70; ++count) {
    std::vector<float> in = random_floats(random, count, -5, 3);
    Range range = table().range(in.data(), count);
    float low = 0;
    float high = 0;
    for (const float x : in) {
      low = std::min(low, x);
      high = std::max(high, x);
    }
    EXPECT_EQ(range.low, low);
    EXPECT_EQ(range.high, high);
    EXPECT_TRUE(range.finite);
    for (std::size_t i = 0; i < count; ++i) {
      for (const float bad : {kNan, kInfinity, -kInfinity}) {
        const float kept = in[i];
        in[i] = bad;
        EXPECT_FALSE(table().range(in.data(), count).finite) << i << " of " << count;
        in[i] = kept;
      }
    }
  }
}

PITLANE_ALL_LEVELS(ElementwiseTest);

}  // namespace
}  // namespace pitlane::kernels
