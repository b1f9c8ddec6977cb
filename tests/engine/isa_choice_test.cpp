// The level of a plan: forced by option, by environment variable, refused where it cannot be had.
#include <gmock/gmock.h>

#include <cstdlib>

#include "pitlane/kernels/isa.h"
#include "test_networks.h"

namespace pitlane::testing {
namespace {

using ::testing::HasSubstr;

class IsaChoice : public ::testing::Test {
 protected:
  void SetUp() override {
    if (const char* kept = std::getenv("PITLANE_ISA")) kept_ = kept;
  }
  void TearDown() override {
    if (kept_.empty()) {
      ::unsetenv("PITLANE_ISA");
    } else {
      ::setenv("PITLANE_ISA", kept_.c_str(), 1);
    }
  }
  const Network network_ = pilotnet("pilotnet-torch");

 private:
  std::string kept_;
};

TEST_F(IsaChoice, TheVariableForcesALevel) {
  for (const Isa isa : available_isas()) {
    ::setenv("PITLANE_ISA", to_string(isa), 1);
    const auto plan = compile(network_);
    ASSERT_TRUE(plan.ok());
    EXPECT_EQ((*plan)->isa(), isa);
  }
}

TEST_F(IsaChoice, TheOptionBeatsTheVariable) {
  ::setenv("PITLANE_ISA", "nonsense", 1);
  const auto plan = compile(network_, {.isa = Isa::kScalar});
  ASSERT_TRUE(plan.ok());
  EXPECT_EQ((*plan)->isa(), Isa::kScalar);
}

TEST_F(IsaChoice, AnUnknownNameIsAnError) {
  ::setenv("PITLANE_ISA", "neon", 1);
  const auto plan = compile(network_);
  ASSERT_FALSE(plan.ok());
  EXPECT_EQ(plan.error().message(),
            "PITLANE_ISA: unknown instruction set 'neon'; choose one of: scalar, avx2, avx512, avx512vnni");
}

TEST_F(IsaChoice, AMissingLevelIsAnError) {
  if (available_isas().back() == Isa::kAvx512Vnni) GTEST_SKIP() << "this machine has every level";
  const auto plan = compile(network_, {.isa = Isa::kAvx512Vnni});
  ASSERT_FALSE(plan.ok());
  EXPECT_THAT(plan.error().message(), HasSubstr("avx512vnni is not available on this machine; choose one of: scalar"));
}

TEST_F(IsaChoice, ABrokenNetworkIsRefusedBeforeAnythingElse) {
  Network broken = network_;
  broken.outputs.clear();
  EXPECT_FALSE(compile(broken).ok());
}

}  // namespace
}  // namespace pitlane::testing
