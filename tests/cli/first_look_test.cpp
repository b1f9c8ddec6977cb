// A network that is worth nothing on its data is warned of before the work begins.
#include "pitlane/cli/first_look.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "program.h"

namespace pitlane::testing {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

class FirstLook : public InAFolder {
 protected:
  [[nodiscard]] Outcome converted(int frames) const {
    save_pilotnet(place_ / "a.pit");
    record(place_ / "rec", frames);
    return pitlane("convert " + at("a.pit") + " " + at("b.pit") + " --strategy int_flt_quan --data " + at("rec"));
  }
};

TEST_F(FirstLook, WarnsOfANetworkThatNeverLearned) {
  const Outcome made = converted(500);
  EXPECT_EQ(made.code, 0) << made.err;
  EXPECT_THAT(made.err, AllOf(HasSubstr("warning: The network's own "),
                              HasSubstr(" is no better than always saying the mean (MSE / variance "),
                              HasSubstr("so what is made of it is worth as little")));
}

TEST_F(FirstLook, FewFramesAreNoMeasure) {
  const Outcome made = converted(40);
  EXPECT_EQ(made.code, 0) << made.err;
  EXPECT_THAT(made.err, Not(HasSubstr("always saying the mean")));
}

TEST(WorthlessOutputs, AreThoseAsFarOffAsTheMean) {
  Accuracy accuracy;
  accuracy.outputs = {{.name = "v", .mse_over_variance = 0.99}, {.name = "w", .mse_over_variance = 1}};
  EXPECT_THAT(
      cli::worthless_outputs(accuracy),
      ElementsAre(HasSubstr("The network's own w is no better than always saying the mean (MSE / variance 1.00)")));
}

}  // namespace
}  // namespace pitlane::testing
