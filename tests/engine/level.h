// Engine tests run once per level, with the level in their names; missing levels are skipped aloud.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "pitlane/kernels/isa.h"

namespace pitlane::testing {

class LevelTest : public ::testing::TestWithParam<Isa> {
 protected:
  void SetUp() override {
    if (std::ranges::find(available_isas(), GetParam()) == available_isas().end())
      GTEST_SKIP() << "this machine has no " << to_string(GetParam());
  }
};

inline std::string level_name(const ::testing::TestParamInfo<Isa>& info) { return to_string(info.param); }

#define PITLANE_ALL_LEVELS(Fixture)                                                                             \
  INSTANTIATE_TEST_SUITE_P(                                                                                     \
      Level, Fixture,                                                                                           \
      ::testing::Values(Isa::kScalar, Isa::kAvx2, Isa::kAvx512, Isa::kAvx512Vnni, Isa::kAvx512Bf16, Isa::kAmx), \
      ::pitlane::testing::level_name)

}  // namespace pitlane::testing
