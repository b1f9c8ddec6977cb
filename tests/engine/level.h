// Engine tests run once per level of this build, with the level in their names; missing levels are skipped aloud.
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

#define PITLANE_ALL_LEVELS(Fixture) \
  INSTANTIATE_TEST_SUITE_P(Level, Fixture, ::testing::ValuesIn(built_isas()), ::pitlane::testing::level_name)

}  // namespace pitlane::testing
