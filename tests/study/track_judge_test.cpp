// A budget's limit on the track, with worlds that drive beside the line by what the network says.
#include "pitlane/study/track_judge.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <cmath>

#include "pitlane/network/builder.h"
#include "ring_world.h"

namespace pitlane {
namespace {

using ::testing::AllOf;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::StartsWith;

std::atomic<int> g_laps = 0;

/// The car keeps a tenth of a metre, times what the command turns by and times `factor`, beside the line.
class BesideTheLine : public RingWorld {
 public:
  explicit BesideTheLine(double factor) : factor_(factor) {}
  Status reset(std::uint64_t seed) override {
    ++g_laps;
    return RingWorld::reset(seed);
  }

 private:
  [[nodiscard]] double offset_m() const override { return 0.1 * command().w_radps * factor_; }
  double factor_;
};

/// Says 8 m/s and `w` whatever it sees.
Network steady(float w) {
  NetworkBuilder builder("steady");
  Preprocessing p;
  p.width = p.source_width = RingWorld::kCamera_w;
  p.height = p.source_height = RingWorld::kCamera_h;
  p.crop = {0, 0, RingWorld::kCamera_w, RingWorld::kCamera_h};
  const ValueId flat = builder.add("flat", Flatten{}, {builder.image("camera", p)});
  const Shape shape = {2, RingWorld::kCamera_w * RingWorld::kCamera_h * 3};
  const WeightId weight =
      builder.weight(make_f32_weight("weight", shape, std::vector<float>(static_cast<std::size_t>(2 * shape[1]), 0)));
  const WeightId bias = builder.weight(make_f32_weight("bias", {2}, {0.8F, w / 10}));
  const ValueId y = builder.add("head", Dense{weight, bias, Activation::kNone}, {flat});
  builder.output({"v", "m/s", 0, 10, y, 0});
  builder.output({"w", "rad/s", 0, 10, y, 1});
  return std::move(builder).build().value();
}

Course course(const std::string& name, bool reverse, double factor) {
  Course out;
  out.circuit = out.key = name;
  out.reverse = reverse;
  out.make_world = [factor]() -> Result<std::unique_ptr<World>> {
    return std::unique_ptr<World>(std::make_unique<BesideTheLine>(factor));
  };
  return out;
}

class TrackJudge : public ::testing::Test {
 protected:
  std::vector<LapRow> laps(const Network& network) const {
    return drive_laps(network, *compile(network).value(), courses_, options_).value();
  }
  [[nodiscard]] Result<TrackFn> judge(const std::string& budget, const Network& baseline) const {
    return track_judge(courses_, options_, *track_limit(*parse_accuracy_budget(budget)), laps(baseline));
  }
  [[nodiscard]] TrackVerdict verdict(const std::string& budget, float w) const {
    return judge(budget, steady(1)).value()(steady(w), {}).value();
  }
  std::vector<Course> courses_ = {course("small", false, 0.5), course("wide", false, 1), course("wide", true, 2)};
  LapOptions options_;
};

TEST_F(TrackJudge, HoldsTheLargestMeanDeviationOfALap) {
  EXPECT_NEAR(verdict("track:25%", 1).share, 1 / 1.25, 1e-3);
  EXPECT_TRUE(verdict("track:25%", 1.2F).holds);
  EXPECT_EQ(verdict("track:25%", 1.2F).overrun, "");
  const TrackVerdict over = verdict("track:25%", 1.5F);
  EXPECT_FALSE(over.holds);
  EXPECT_NEAR(over.share, 1.5 / 1.25, 1e-3);
  // A little less than 0.3 and 0.25 m: every lap begins on the line.
  EXPECT_THAT(over.overrun, AllOf(StartsWith("the mean deviation on wide, reversed is 0.298"),
                                  HasSubstr(" m (+50 %), allowed is 0.248"), EndsWith(" m (+25 %)")));
  EXPECT_TRUE(verdict("track:0.31m", 1.5F).holds);
  EXPECT_FALSE(verdict("track:0.29m", 1.5F).holds);
}

TEST_F(TrackJudge, AShareIsOfTheBaselinesLargestAtThatLatency) {
  options_.latencies.push_back(LatencyModel::fixed(0.06));
  std::vector<LapRow> baseline = laps(steady(1));
  for (LapRow& lap : baseline)
    if (lap.latency != LatencyModel::none().name()) lap.result.deviation.mean *= 2;
  const BudgetLimit limit = *track_limit(*parse_accuracy_budget("track:25%"));
  const TrackFn drives = track_judge(courses_, options_, limit, baseline).value();
  EXPECT_TRUE(drives(steady(1.2F), {}).value().holds);
  const TrackVerdict over = drives(steady(1.5F), {}).value();
  EXPECT_FALSE(over.holds) << "within what the baseline strays with latency, and yet half as far again without";
  EXPECT_THAT(over.overrun, StartsWith("the mean deviation on wide, reversed is 0.298"));
}

TEST_F(TrackJudge, ALapThatIsLostBreaksEveryLimit) {
  EXPECT_TRUE(verdict("track:10000%", 9).holds) << "1.8 m beside the line, within the 3 m at which a car is lost";
  courses_.push_back(course("abyss", true, 4));
  const TrackVerdict lost = verdict("track:10000%", 9);
  EXPECT_FALSE(lost.holds);
  EXPECT_TRUE(std::isinf(lost.share));
  EXPECT_THAT(lost.overrun, AllOf(HasSubstr("the lap on abyss, reversed ends after "), HasSubstr("off the road")));
}

TEST_F(TrackJudge, LapsThatTheBaselineLosesDoNotCount) {
  courses_.push_back(course("abyss", false, 40));
  EXPECT_TRUE(verdict("track:25%", 1.1F).holds);
}

TEST_F(TrackJudge, OfACourseOnlyTheLapsThatTheBaselineCompletesCount) {
  options_.latencies.push_back(LatencyModel::fixed(6));  // a car that stands for 5 s is stuck
  const auto baseline = laps(steady(1));
  ASSERT_EQ(baseline.size(), 6U);
  EXPECT_TRUE(baseline[4].result.completed);
  ASSERT_FALSE(baseline[5].result.completed);
  EXPECT_TRUE(verdict("track:25%", 1.2F).holds);
  EXPECT_FALSE(verdict("track:25%", 1.5F).holds);
}

TEST_F(TrackJudge, CircuitsThatAreHeldOutAreNotLookedAt) {
  courses_.push_back(course("secret", false, 3));
  courses_.back().held_out = true;
  EXPECT_NEAR(verdict("track:25%", 1).share, 1 / 1.25, 1e-3) << "the baseline is 0.3 m beside the line on that one";
  g_laps = 0;
  const TrackFn drives = judge("track:25%", steady(1)).value();
  g_laps = 0;
  EXPECT_TRUE(drives(steady(1), {}).value().holds);
  EXPECT_EQ(g_laps, 3);
  for (Course& c : courses_) c.held_out = true;
  EXPECT_THAT(judge("track:5%", steady(1)).error().message(),
              HasSubstr("no lap is driven on a circuit that is not held out; leave the limit out"));
}

TEST_F(TrackJudge, StopsWhereTheLimitIsBroken) {
  for (int i = 0; i < 8; ++i) courses_.push_back(course("more", false, 0.1));
  const TrackFn drives = judge("track:25%", steady(1)).value();
  g_laps = 0;
  EXPECT_FALSE(drives(steady(3), {}).value().holds);
  EXPECT_EQ(g_laps, 4) << "the widest laps come first, four courses at a time";
  g_laps = 0;
  EXPECT_TRUE(drives(steady(1), {}).value().holds);
  EXPECT_EQ(g_laps, 11);
}

TEST_F(TrackJudge, SaysWhyNothingCanBeHeld) {
  EXPECT_THAT(
      judge("track:0.15m", steady(1)).error().message(),
      AllOf(StartsWith("cannot hold the budget on the track: in the network itself, before anything is done to it, "
                       "the mean deviation on wide, reversed is 0.198"),
            HasSubstr(" m (+0 %), allowed is 0.15 m (-24."), EndsWith(" %); allow more")));
  courses_ = {course("abyss", false, 40)};
  EXPECT_THAT(judge("track:5%", steady(1)).error().message(), HasSubstr("the baseline completes no lap; leave"));
  courses_.clear();
  EXPECT_THAT(judge("track:5%", steady(1)).error().message(), HasSubstr("no lap is driven on a circuit"));
}

}  // namespace
}  // namespace pitlane
