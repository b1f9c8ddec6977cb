// The level of a plan: forced by option, by environment variable, refused where it cannot be had.
#include <gmock/gmock.h>

#include <algorithm>
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
  ::setenv("PITLANE_ISA", "sse2", 1);
  const auto plan = compile(network_);
  ASSERT_FALSE(plan.ok());
  EXPECT_EQ(plan.error().message(), "PITLANE_ISA: unknown instruction set 'sse2'; choose one of: " + isa_names());
}

// There is always one: no machine has the levels of two kinds of processor.
TEST_F(IsaChoice, AMissingLevelIsAnError) {
  int missing = 0;
  for (const Isa isa : kIsas) {
    if (std::ranges::find(available_isas(), isa) != available_isas().end()) continue;
    ++missing;
    const auto plan = compile(network_, {.isa = isa});
    ASSERT_FALSE(plan.ok());
    EXPECT_THAT(plan.error().message(),
                HasSubstr(std::string(to_string(isa)) + " is not available on this machine; choose one of: scalar"));
  }
  EXPECT_GT(missing, 0);
}

TEST_F(IsaChoice, ABrokenNetworkIsRefusedBeforeAnythingElse) {
  Network broken = network_;
  broken.outputs.clear();
  EXPECT_FALSE(compile(broken).ok());
}

}  // namespace
}  // namespace pitlane::testing
