#include "pitlane/train/shared_values.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <vector>

#include "pitlane/core/random.h"

namespace pitlane {
namespace {

constexpr std::size_t kMany = 200'001;  // several blocks and a rest

AdamMoments zero_moments(std::size_t size) { return {std::vector<float>(size), std::vector<float>(size)}; }

// Independently: one Adam per distinct value, by its definition in double precision.
TEST(SharedValues, LearnLikeOneParameterEach) {
  std::vector<float> values(kMany);
  for (std::size_t i = 0; i < kMany; ++i) values[i] = 0.1F * static_cast<float>(i * i % 37);
  const std::vector<float> before = values;
  struct Slow {
    double value = 0, m = 0, v = 0;
  };
  std::map<float, Slow> expected;
  for (const float v : before) expected[v].value = v;

  SharedValues shared;
  shared.find(values, 2);
  ASSERT_FALSE(shared.empty());
  AdamMoments moments = zero_moments(kMany);
  Random random(5);
  std::vector<float> gradient(kMany);
  for (int t = 1; t <= 5; ++t) {
    for (float& g : gradient) g = static_cast<float>(random.normal());
    std::map<float, double> sums;
    for (std::size_t i = 0; i < kMany; ++i) sums[before[i]] += static_cast<double>(gradient[i]);
    for (auto& [was, slow] : expected) {
      slow.m = 0.9 * slow.m + 0.1 * sums[was];
      slow.v = 0.999 * slow.v + 0.001 * sums[was] * sums[was];
      slow.value -= 0.01 * (slow.m / (1 - std::pow(0.9, t))) / (std::sqrt(slow.v / (1 - std::pow(0.999, t))) + 1e-8);
    }
    shared.update(values, gradient, moments, {}, {0.01, t}, 2);
    shared.find(values, 2);  // as a resumed training does: the moments are found again
  }
  for (std::size_t i = 0; i < kMany; ++i) ASSERT_NEAR(values[i], expected[before[i]].value, 1e-5) << i;
}

TEST(SharedValues, ThreadsDoNotChangeABit) {
  const auto learnt = [](int threads) {
    std::vector<float> values(kMany), gradient(kMany);
    for (std::size_t i = 0; i < kMany; ++i) {
      values[i] = static_cast<float>(i * i % 251);
      gradient[i] = std::sin(static_cast<float>(i));
    }
    SharedValues shared;
    shared.find(values, threads);
    AdamMoments moments = zero_moments(kMany);
    for (int t = 1; t <= 3; ++t) shared.update(values, gradient, moments, {}, {0.01, t}, threads);
    return values;
  };
  const std::vector<float> one = learnt(1);
  EXPECT_EQ(learnt(2), one);
  EXPECT_EQ(learnt(5), one);
}

TEST(SharedValues, ZerosThatAreKeptStay) {
  std::vector<float> values = {0, 2, -1, 2, 0, -0.0F};
  SharedValues shared;
  shared.find(values, 1);
  AdamMoments moments = zero_moments(values.size());
  const std::vector<std::uint8_t> keep = {0, 1, 1, 1, 0, 0};
  shared.update(values, std::vector<float>{9, 1, 1, 3, 9, 9}, moments, keep, {0.5, 1}, 1);
  EXPECT_EQ(values[0], 0);
  EXPECT_EQ(values[4], 0);
  EXPECT_EQ(values[5], 0);
  EXPECT_NEAR(values[1], 1.5, 1e-5);
  EXPECT_EQ(values[3], values[1]);
  EXPECT_NEAR(values[2], -1.5, 1e-5);
}

// As two groups may meet while they learn: they are one from the next epoch on.
TEST(SharedValues, ValuesThatMeetStayTogether) {
  std::vector<float> values = {1, 2, 1, 2};
  SharedValues shared;
  shared.find(values, 1);
  AdamMoments moments = zero_moments(values.size());
  shared.update(values, std::vector<float>{1, -2, 3, -1}, moments, {}, {0.25, 1}, 1);
  std::ranges::fill(values, 1.5F);
  shared.find(values, 1);
  shared.update(values, std::vector<float>{1, 2, 3, 4}, moments, {}, {0.25, 2}, 1);
  EXPECT_LT(values[0], 1.5F);
  EXPECT_EQ(values, std::vector<float>(4, values[0]));
}

TEST(SharedValues, AreNoneBeyond256OrWithoutNumbers) {
  std::vector<float> values;
  SharedValues shared;
  shared.find(values, 1);
  EXPECT_TRUE(shared.empty());
  for (int i = 0; i < 256; ++i) values.push_back(static_cast<float>(i));
  shared.find(values, 1);
  EXPECT_FALSE(shared.empty());
  values.push_back(0.5F);
  shared.find(values, 1);
  EXPECT_TRUE(shared.empty());
  values = {1, 1, std::numeric_limits<float>::quiet_NaN(), 1};
  shared.find(values, 1);
  EXPECT_TRUE(shared.empty());
}

}  // namespace
}  // namespace pitlane
