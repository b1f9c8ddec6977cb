#include "pitlane/measure/replay.h"

#include <gmock/gmock.h>

#include <cmath>

namespace pitlane {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

ReplaySide side(std::vector<OutputSpec> outputs, std::vector<std::int64_t> rows, std::vector<float> values) {
  const int count = static_cast<int>(outputs.size());
  return {std::move(outputs), std::move(rows), {count, std::move(values)}};
}

const OutputSpec kSpeed{"v", "m/s", 0, 10, 0, 0}, kTurn{"w", "rad/s", -2, 2, 0, 1};

TEST(Replay, DifferencesAreInTheUnitsOfOutputs) {
  // The second network has its outputs in another order and v in another range: 0.25 of 0..20 is 5 m/s.
  const ReplaySide a = side({kSpeed, kTurn}, {0, 1, 2}, {0.5F, 0.5F, 0.5F, 0.5F, 0.5F, 0.5F});
  const ReplaySide b = side({kTurn, {"v", "m/s", 0, 20, 0, 1}}, {0, 1, 2}, {0.5F, 0.25F, 0.75F, 0.25F, 0.5F, 0.375F});
  const auto replay = compare_replay(a, b);
  ASSERT_TRUE(replay) << replay.error().message();
  ASSERT_EQ(replay->outputs.size(), 2U);
  const OutputDifference &v = replay->outputs[0], &w = replay->outputs[1];
  EXPECT_EQ(v.name, "v");
  EXPECT_NEAR(v.mean, 2.5 / 3, 1e-9);
  EXPECT_NEAR(v.largest, 2.5, 1e-9);
  EXPECT_EQ(v.worst_row, 2);
  EXPECT_NEAR(w.mean, 1.0 / 3, 1e-9);
  EXPECT_NEAR(w.largest, 1, 1e-9);
  EXPECT_EQ(w.worst_row, 1);
  EXPECT_THAT(replay->frames[2].a, ElementsAre(5, 0));
  EXPECT_THAT(replay->frames[2].b, ElementsAre(7.5, 0));
  EXPECT_NEAR(replay->frames[1].share, 0.25, 1e-9) << "1 of 4 rad/s";
  EXPECT_NEAR(replay->frames[2].share, 0.25, 1e-9) << "2.5 of 10 m/s";
}

TEST(Replay, ComparesTheFramesThatBothSaw) {
  const auto replay =
      compare_replay(side({kSpeed}, {0, 2, 3}, {0, 0.2F, 0.3F}), side({kSpeed}, {1, 2, 4}, {1, 0.5F, 1}));
  ASSERT_TRUE(replay);
  ASSERT_EQ(replay->frames.size(), 1U);
  EXPECT_EQ(replay->frames[0].row, 2);
  EXPECT_NEAR(replay->outputs[0].largest, 3, 1e-6);
  const auto none = compare_replay(side({kSpeed}, {0}, {0}), side({kSpeed}, {1}, {0}));
  ASSERT_FALSE(none);
  EXPECT_THAT(none.error().message(), HasSubstr("no frame that both networks could be shown"));
}

TEST(Replay, RefusesWhatCannotBeCompared) {
  const OutputSpec steering{"steering", "", -1, 1, 0, 0}, kmh{"v", "km/h", 0, 36, 0, 0};
  const auto other = compare_replay(side({kSpeed, kTurn}, {0}, {0, 0}), side({steering}, {0}, {0}));
  ASSERT_FALSE(other);
  EXPECT_THAT(other.error().message(),
              AllOf(HasSubstr("no output in common"), HasSubstr("the first says v, w, the second steering")));
  const auto unit = compare_replay(side({kSpeed}, {0}, {0}), side({kmh}, {0}, {0}));
  ASSERT_FALSE(unit);
  EXPECT_THAT(unit.error().message(), HasSubstr("output 'v' is in 'm/s' in the first network and in 'km/h'"));
}

// A slow and obvious reading of the same rule: take the largest that is far enough from those taken.
TEST(Replay, WorstFramesAreApart) {
  Replay replay;
  for (int i = 0; i < 60; ++i) {
    FrameDifference frame;
    frame.row = i;
    frame.share = std::abs(std::sin(i * 0.7)) * (i % 7 == 0 ? 0 : 1);
    replay.frames.push_back(frame);
  }
  const auto chosen = worst_frames(replay, 5, 8);
  ASSERT_EQ(chosen.size(), 5U);
  std::vector<bool> free(60, true);
  for (const std::size_t i : chosen) {
    double most = 0;
    for (std::size_t j = 0; j < 60; ++j)
      if (free[j]) most = std::max(most, replay.frames[j].share);
    EXPECT_TRUE(free[i]);
    EXPECT_EQ(replay.frames[i].share, most);
    for (std::size_t j = 0; j < 60; ++j)
      if ((i > j ? i - j : j - i) < 8) free[j] = false;
  }
  for (FrameDifference& frame : replay.frames) frame.share = 0;
  EXPECT_THAT(worst_frames(replay, 5, 8), IsEmpty()) << "none without a difference";
}

}  // namespace
}  // namespace pitlane
