#include <bit>
#include <cmath>
#include <limits>

#include "level.h"

namespace pitlane::kernels {
namespace {

using ElementwiseTest = LevelTest;

constexpr float kNan = std::numeric_limits<float>::quiet_NaN();
constexpr float kInfinity = std::numeric_limits<float>::infinity();

double exact(Curve curve, double x) {
  switch (curve) {
    case Curve::kNone:
      return x;
    case Curve::kRelu:
      return std::max(0.0, x);
    case Curve::kElu:
      return x > 0 ? x : std::expm1(x);
    case Curve::kLeakyRelu:
      return x > 0 ? x : 0.01 * x;
    case Curve::kTanh:
      return std::tanh(x);
    case Curve::kSigmoid:
      return 1 / (1 + std::exp(-x));
  }
  return 0;
}

TEST_P(ElementwiseTest, CurvesAreWithinTheBoundAndEqualTheScalarBits) {
  std::vector<float> in;
  for (int i = -4000; i <= 4000; ++i) in.push_back(static_cast<float>(i) * 0.0101F);
  for (const float x : {0.0F, -0.0F, 1e-30F, -1e-7F, 200.0F, -200.0F, 1e30F, -1e30F}) in.push_back(x);
  for (const Curve curve :
       {Curve::kNone, Curve::kRelu, Curve::kElu, Curve::kLeakyRelu, Curve::kTanh, Curve::kSigmoid}) {
    std::vector<float> out(in.size());
    std::vector<float> plain(in.size());
    table().curve(in.data(), out.data(), in.size(), curve);
    table_for(Isa::kScalar).curve(in.data(), plain.data(), in.size(), curve);
    for (std::size_t i = 0; i < in.size(); ++i) {
      const double want = exact(curve, in[i]);
      ASSERT_NEAR(out[i], want, kCurveError + std::abs(want) * 0x1p-23) << int(curve) << " at " << in[i];
      ASSERT_EQ(std::bit_cast<std::uint32_t>(out[i]), std::bit_cast<std::uint32_t>(plain[i])) << in[i];
    }
  }
}

TEST_P(ElementwiseTest, CurvesPassNanOn) {
  for (const Curve curve :
       {Curve::kNone, Curve::kRelu, Curve::kElu, Curve::kLeakyRelu, Curve::kTanh, Curve::kSigmoid}) {
    std::vector<float> in(19, kNan);
    table().curve(in.data(), in.data(), in.size(), curve);
    for (const float y : in) EXPECT_TRUE(std::isnan(y)) << int(curve);
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
