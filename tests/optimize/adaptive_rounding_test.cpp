#include "pitlane/optimize/adaptive_rounding.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "pitlane/core/random.h"
#include "pitlane/network/int8_rounding.h"

namespace pitlane {
namespace {

/// Draws of inputs that go together, as those of a layer behind a relu do: mixtures of a few causes, negatives cut.
LayerInputs correlated_inputs(std::size_t terms, std::size_t rows, std::uint64_t seed) {
  Random random(seed);
  constexpr std::size_t kCauses = 6;
  std::vector<double> mix(terms * kCauses), causes(kCauses * rows);
  for (double& m : mix) m = random.normal();
  for (double& c : causes) c = random.normal();
  LayerInputs inputs{terms, rows, std::vector<float>(terms * rows)};
  for (std::size_t t = 0; t < terms; ++t)
    for (std::size_t r = 0; r < rows; ++r) {
      double x = 0.1 * random.normal();
      for (std::size_t c = 0; c < kCauses; ++c) x += mix[t * kCauses + c] * causes[c * rows + r];
      inputs.values[t * rows + r] = static_cast<float>(std::max(0.0, x));
    }
  return inputs;
}

Weight normal_weight(std::int64_t outputs, std::int64_t terms, std::uint64_t seed) {
  Random random(seed);
  std::vector<float> values(static_cast<std::size_t>(outputs * terms));
  for (float& v : values) v = static_cast<float>(0.1 * random.normal());
  return make_f32_weight("w", {outputs, terms}, std::move(values));
}

/// Sum of squares of what the outputs move by on these draws.
double moved(const Weight& from, const Weight& to, const LayerInputs& inputs) {
  const std::vector<float> a = decode_f32(from), b = decode_f32(to);
  double sum = 0;
  for (std::size_t o = 0; o < a.size() / inputs.terms; ++o)
    for (std::size_t r = 0; r < inputs.rows; ++r) {
      double off = 0;
      for (std::size_t t = 0; t < inputs.terms; ++t)
        off += (static_cast<double>(a[o * inputs.terms + t]) - b[o * inputs.terms + t]) *
               inputs.values[t * inputs.rows + r];
      sum += off * off;
    }
  return sum;
}

/// On the same levels, each weight to the nearest one.
Weight rounded_to_nearest(const Weight& weight, const Weight& like, int top) {
  const auto values = weight.f32();
  const std::size_t terms = values.size() / like.scales.size();
  std::vector<std::int8_t> levels(values.size());
  for (std::size_t i = 0; i < values.size(); ++i)
    levels[i] = static_cast<std::int8_t>(std::clamp<long>(std::lround(values[i] / like.scales[i / terms]), -top, top));
  return make_i8_weight(weight.name, weight.shape, std::move(levels), like.scales);
}

TEST(AdaptiveRounding, MovesTheOutputsFarLessThanTheNearestLevelsDo) {
  const Weight weight = normal_weight(20, 96, 3);  // more channels than one block has
  const LayerInputs seen = correlated_inputs(96, 300, 4);
  const Weight four = *round_adaptively(weight, 4, seen, {});
  const Weight nearest = rounded_to_nearest(weight, four, 7);
  EXPECT_LT(moved(weight, four, seen), 0.3 * moved(weight, nearest, seen));
}

TEST(AdaptiveRounding, HoldsOnDrawsThatItDidNotSee) {
  const Weight weight = normal_weight(20, 96, 3);
  const LayerInputs all = correlated_inputs(96, 600, 4);
  LayerInputs seen{96, 300, {}}, unseen{96, 300, {}};
  for (std::size_t t = 0; t < 96; ++t) {
    const auto begin = all.values.begin() + static_cast<std::ptrdiff_t>(t * 600);
    seen.values.insert(seen.values.end(), begin, begin + 300);
    unseen.values.insert(unseen.values.end(), begin + 300, begin + 600);
  }
  const Weight four = *round_adaptively(weight, 4, seen, {});
  EXPECT_LT(moved(weight, four, unseen), 0.2 * moved(weight, rounded_to_nearest(weight, four, 7), unseen));
}

// All roundings of a small layer tried; the greedy way is close to the best one.
TEST(AdaptiveRounding, IsCloseToTheBestOfAllRoundings) {
  constexpr std::size_t kTerms = 10;
  double greedy = 0, best = 0, nearest = 0;
  for (std::uint64_t seed = 1; seed <= 12; ++seed) {
    const Weight weight = normal_weight(1, kTerms, seed);
    const LayerInputs inputs = correlated_inputs(kTerms, 40, seed + 100);
    const Weight four = *round_adaptively(weight, 4, inputs, {});
    const float scale = four.scales[0];
    double least = std::numeric_limits<double>::infinity();
    for (unsigned choice = 0; choice < 1U << kTerms; ++choice) {
      std::vector<std::int8_t> levels(kTerms);
      for (std::size_t t = 0; t < kTerms; ++t) {
        const double up = (choice >> t & 1U) != 0 ? 1 : 0;
        levels[t] = static_cast<std::int8_t>(std::clamp(std::floor(weight.f32()[t] / scale) + up, -7.0, 7.0));
      }
      least = std::min(least, moved(weight, make_i8_weight("w", weight.shape, levels, {scale}), inputs));
    }
    greedy += moved(weight, four, inputs);
    nearest += moved(weight, rounded_to_nearest(weight, four, 7), inputs);
    best += least;
  }
  EXPECT_LT(greedy - best, 0.35 * (nearest - best)) << greedy << " of " << best << " to " << nearest;
}

TEST(AdaptiveRounding, TakesANeighbourOfEachWeightAndKeepsZeros) {
  Weight weight = normal_weight(3, 64, 8);
  std::vector<float> values = decode_f32(weight);
  for (std::size_t i = 0; i < values.size(); i += 3) values[i] = 0;
  std::fill(values.begin() + 64, values.begin() + 128, 0.0F);  // a channel that is nothing but zeros
  weight = make_f32_weight("w", weight.shape, values);
  for (const int bits : {2, 4, 8}) {
    const Weight few = *round_adaptively(weight, bits, correlated_inputs(64, 100, 9), {});
    const int top = (1 << (bits - 1)) - 1;
    for (std::size_t i = 0; i < values.size(); ++i) {
      const int level = few.i8()[i];
      ASSERT_LE(std::abs(level), top);
      const double exact = values[i] / few.scales[i / 64];
      if (values[i] == 0) {
        ASSERT_EQ(level, 0) << i;
      } else if (std::abs(exact) < top) {
        ASSERT_LT(std::abs(level - exact), 1.0 + 1e-6) << i;
      }
    }
  }
}

TEST(AdaptiveRounding, CutsNoWeightOff) {
  const Weight weight = normal_weight(5, 64, 21);
  for (const int bits : {2, 3, 4, 8}) {
    const int top = (1 << (bits - 1)) - 1;
    const Weight few = *round_adaptively(weight, bits, correlated_inputs(64, 100, 9), {});
    for (std::size_t o = 0; o < 5; ++o) {
      float largest = 0;
      for (const float w : weight.f32().subspan(o * 64, 64)) largest = std::max(largest, std::abs(w));
      EXPECT_FLOAT_EQ(few.scales[o] * static_cast<float>(top), largest);
    }
  }
}

TEST(AdaptiveRounding, ChannelsAsGoodAsZeroAndInputsBeyondAllBoundsDoNoHarm) {
  const Weight tiny = make_f32_weight("w", {1, 4}, {1e-45F, 0, -3e-45F, 1e-44F});
  const Weight few = *round_adaptively(tiny, 4, correlated_inputs(4, 20, 1), {});
  EXPECT_EQ(few.scales, std::vector<float>{1});
  const Weight weight = normal_weight(2, 8, 3);
  LayerInputs huge{8, 20, std::vector<float>(8 * 20, 1e30F)};
  const Weight four = *round_adaptively(weight, 4, huge, {});
  for (std::size_t i = 0; i < 16; ++i)
    EXPECT_LT(std::abs(four.i8()[i] - weight.f32()[i] / four.scales[i / 8]), 1.0 + 1e-6);
}

TEST(AdaptiveRounding, InputsThatAreAlwaysZeroLeaveTheNearestLevel) {
  const Weight weight = normal_weight(2, 32, 5);
  LayerInputs inputs{32, 50, std::vector<float>(32 * 50, 0.0F)};
  const Weight four = *round_adaptively(weight, 4, inputs, {});
  EXPECT_TRUE(std::ranges::equal(four.i8(), rounded_to_nearest(weight, four, 7).i8()));
}

TEST(AdaptiveRounding, SaysWhichBitsThereAre) {
  const LayerInputs inputs = correlated_inputs(8, 20, 1);
  EXPECT_EQ(round_adaptively(normal_weight(1, 8, 1), 9, inputs, {}).error().message(),
            "weights take 2 to 8 bits, not 9");
}

TEST(AdaptiveRounding, StopsWhenAsked) {
  const auto stop = [](const Progress&) { return false; };
  const auto result = round_adaptively(normal_weight(1, 8, 1), 4, correlated_inputs(8, 20, 1), stop);
  ASSERT_FALSE(result.ok());
  EXPECT_EQ(result.error().kind(), ErrorKind::kInterrupted);
}

}  // namespace
}  // namespace pitlane
