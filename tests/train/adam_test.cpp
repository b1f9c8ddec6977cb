#include "pitlane/train/adam.h"

#include <gtest/gtest.h>

#include <cmath>

#include "pitlane/core/random.h"

namespace pitlane {
namespace {

TEST(Adam, FirstStepMovesByTheLearningRate) {
  // With both moments corrected, m / sqrt(v) = g / |g|.
  std::vector<float> values = {1, 1, 1};
  const std::vector<float> gradient = {0.5F, -3, 0};
  AdamMoments moments;
  adam_update(values, gradient, moments, {}, {0.1, 1}, 1);
  EXPECT_NEAR(values[0], 0.9, 1e-6);
  EXPECT_NEAR(values[1], 1.1, 1e-6);
  EXPECT_EQ(values[2], 1);
}

TEST(Adam, FollowsTheDefinitionInDoublePrecision) {
  std::vector<float> values = {0.3F};
  AdamMoments moments;
  double value = 0.3F, m = 0, v = 0;
  for (int t = 1; t <= 50; ++t) {
    const float gradient = std::sin(static_cast<float>(t));
    adam_update(values, std::vector<float>{gradient}, moments, {}, {0.01, t}, 1);
    m = 0.9 * m + 0.1 * gradient;
    v = 0.999 * v + 0.001 * gradient * gradient;
    value -= 0.01 * (m / (1 - std::pow(0.9, t))) / (std::sqrt(v / (1 - std::pow(0.999, t))) + 1e-8);
  }
  EXPECT_NEAR(values[0], value, 2e-6);
}

TEST(Adam, ThreadsDoNotChangeABit) {
  Random random(3);
  std::vector<float> start((std::size_t{3} << 18) + 5), gradient(start.size());
  for (float& x : start) x = static_cast<float>(random.normal());
  for (float& x : gradient) x = static_cast<float>(random.normal());
  std::vector<float> one = start, three = start;
  AdamMoments moments_one, moments_three;
  for (int t = 1; t <= 3; ++t) {
    adam_update(one, gradient, moments_one, {}, {0.01, t}, 1);
    adam_update(three, gradient, moments_three, {}, {0.01, t}, 3);
  }
  EXPECT_EQ(one, three);
  EXPECT_EQ(moments_one.second, moments_three.second);
}

TEST(Adam, MaskedElementsStay) {
  std::vector<float> values = {0, 2};
  AdamMoments moments;
  adam_update(values, std::vector<float>{1, 1}, moments, std::vector<std::uint8_t>{0, 1}, {0.1, 1}, 1);
  EXPECT_EQ(values[0], 0);
  EXPECT_NEAR(values[1], 1.9, 1e-6);
  EXPECT_EQ(moments.first[0], 0);
}

TEST(CosineRate, StartsAtBaseAndEndsNearZero) {
  EXPECT_DOUBLE_EQ(cosine_rate(2, 0, 100), 2);
  EXPECT_NEAR(cosine_rate(2, 50, 100), 1, 1e-12);
  EXPECT_LT(cosine_rate(2, 99, 100), 0.001);
  EXPECT_NEAR(cosine_rate(2, 100, 100), 0, 1e-12);
}

}  // namespace
}  // namespace pitlane
