#include "pitlane/study/kept_judgements.h"

#include <gtest/gtest.h>

#include <limits>

#include "temporary_directory.h"
#include "train/synthetic.h"

namespace pitlane {
namespace {

class KeptJudgements : public ::testing::Test {
 protected:
  JudgeFn judge(const std::string& conditions) {
    return kept_judgements(JudgeFn([this](const Network&, const ProgressFn&) -> Result<std::vector<OutputError>> {
                             if (++asked_ == fails_at_) return interrupted();
                             return std::vector<OutputError>{{"v", 0.1 * asked_, 1. / 3},
                                                             {"w", std::numeric_limits<double>::infinity(), 0}};
                           }),
                           store_, conditions);
  }

  TemporaryDirectory place_;
  Store store_ = Store::open(place_ / "judgements.db").value();
  Network first_ = testing::tiny_network(12, 6, 1), second_ = testing::tiny_network(12, 6, 2);
  int asked_ = 0, fails_at_ = 0;
};

TEST_F(KeptJudgements, AskOnceForANetworkUnderTheSameConditions) {
  const std::vector<OutputError> made = judge("a")(first_, {}).value();
  const std::vector<OutputError> kept = judge("a")(first_, {}).value();
  EXPECT_EQ(asked_, 1);
  ASSERT_EQ(kept.size(), 2U);
  EXPECT_EQ(kept[0].output, "v");
  EXPECT_EQ(kept[0].mse, made[0].mse);
  EXPECT_EQ(kept[0].mae, 1. / 3) << "to the bit";
  EXPECT_EQ(kept[1].mse, std::numeric_limits<double>::infinity());
  EXPECT_EQ(judge("a")(second_, {})->front().mse, 0.2);
  EXPECT_EQ(judge("b")(first_, {})->front().mse, 0.1 * 3);
  EXPECT_EQ(judge("a")(first_, {})->front().mse, 0.1);
  EXPECT_EQ(asked_, 3);
}

TEST_F(KeptJudgements, KeepNoFailure) {
  fails_at_ = 1;
  EXPECT_EQ(judge("a")(first_, {}).error().kind(), ErrorKind::kInterrupted);
  EXPECT_TRUE(judge("a")(first_, {}).ok());
  EXPECT_EQ(asked_, 2);
}

TEST_F(KeptJudgements, OfLapsAreNotThoseOfErrors) {
  int driven = 0;
  const TrackFn track = kept_judgements(
      TrackFn([&](const Network&, const ProgressFn&) -> Result<TrackVerdict> {
        ++driven;
        return TrackVerdict{false, std::numeric_limits<double>::infinity(), "the lap on ring ends after 3 %"};
      }),
      store_, "a");
  ASSERT_TRUE(judge("a")(first_, {}).ok());
  for (int i = 0; i < 2; ++i) {
    const TrackVerdict verdict = track(first_, {}).value();
    EXPECT_FALSE(verdict.holds);
    EXPECT_EQ(verdict.share, std::numeric_limits<double>::infinity());
    EXPECT_EQ(verdict.overrun, "the lap on ring ends after 3 %");
  }
  EXPECT_EQ(driven, 1);
}

}  // namespace
}  // namespace pitlane
