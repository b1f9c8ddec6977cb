// Every kernel test runs once per level of this build, with the level in its name; a level that this machine lacks
// is skipped aloud.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <string>
#include <vector>

#include "pitlane/core/random.h"
#include "pitlane/kernels/table.h"

namespace pitlane::kernels {

class LevelTest : public ::testing::TestWithParam<Isa> {
 protected:
  void SetUp() override {
    if (std::ranges::find(available_isas(), GetParam()) == available_isas().end())
      GTEST_SKIP() << "this machine has no " << to_string(GetParam());
    table_ = &table_for(GetParam());
    ASSERT_EQ(table_->isa, GetParam());
  }
  [[nodiscard]] const Table& table() const { return *table_; }

 private:
  const Table* table_ = nullptr;
};

inline std::string level_name(const ::testing::TestParamInfo<Isa>& info) { return to_string(info.param); }

#define PITLANE_ALL_LEVELS(Fixture) \
  INSTANTIATE_TEST_SUITE_P(Level, Fixture, ::testing::ValuesIn(built_isas()), level_name)

inline std::vector<float> random_floats(Random& random, std::size_t count, double low, double high) {
  std::vector<float> values(count);
  for (float& v : values) v = static_cast<float>(random.uniform(low, high));
  return values;
}

template <typename T>
std::vector<T> random_integers(Random& random, std::size_t count, int low, int high) {
  std::vector<T> values(count);
  for (T& v : values)
    v = static_cast<T>(low + static_cast<int>(random.index(static_cast<std::size_t>(high - low + 1))));
  return values;
}

/// To the nearest bfloat16: seven bits behind the point of 1.xxx. The slow way, for numbers that are neither subnormal
/// nor too large.
inline float nearest_bf16(float value) {
  if (value == 0) return value;
  int exponent = 0;
  std::frexp(value, &exponent);
  const double step = std::ldexp(1.0, exponent - 8);
  return static_cast<float>(std::nearbyint(value / step) * step);
}
inline std::uint16_t bf16_of(float value) {
  std::uint32_t bits = 0;
  const float rounded = nearest_bf16(value);
  std::memcpy(&bits, &rounded, sizeof bits);
  return static_cast<std::uint16_t>(bits >> 16);
}

/// Bound of a float sum of n products in any order: n roundings of 2^-24 each, relative to the sum of
/// magnitudes (Higham, "Accuracy and Stability of Numerical Algorithms", 2002, section 3.1).
inline double sum_bound(int terms, double magnitude) { return (terms + 2) * 0x1p-24 * magnitude + 1e-30; }

}  // namespace pitlane::kernels
