#include "pitlane/measure/periodic.h"

#include <gtest/gtest.h>

#include <vector>

namespace pitlane {
namespace {

constexpr std::int64_t kMs = 1'000'000;

/// Moves only when told to; wakes a sleeper `wake_late_ns` late.
class ToldClock final : public PeriodicClock {
 public:
  std::int64_t now_ns() override { return time_ns; }
  void sleep_until_ns(std::int64_t until_ns) override {
    if (until_ns > time_ns) time_ns = until_ns + wake_late_ns;
  }
  std::int64_t time_ns = 123 * kMs;
  std::int64_t wake_late_ns = 0;
};

/// Runs that take so long, one after the other, the last again and again.
PeriodicResult run_taking(const std::vector<std::int64_t>& durations_ms, std::int64_t frames, ToldClock& clock) {
  std::size_t run = 0;
  const auto network = [&] {
    clock.time_ns += durations_ms[std::min(run, durations_ms.size() - 1)] * kMs;
    ++run;
  };
  return run_periodically(network, 50 * kMs, frames, clock);
}

TEST(Periodic, WhoIsFastEnoughMissesNothing) {
  ToldClock clock;
  const PeriodicResult r = run_taking({10}, 100, clock);
  EXPECT_EQ(r.period_ms, 50);
  EXPECT_EQ(r.frames, 100);
  EXPECT_EQ(r.answered, 100);
  EXPECT_EQ(r.dropped, 0);
  EXPECT_EQ(r.missed, 0);
  EXPECT_DOUBLE_EQ(r.achieved_hz, 20);
  EXPECT_EQ(r.run_ms.max, 10);
  EXPECT_EQ(r.start_jitter_ms.max, 0);
  EXPECT_EQ(r.completion_jitter_ms.max, 0);
  EXPECT_EQ(r.frame_age_at_command_ms.p50, 10);
  EXPECT_EQ(r.frame_age_at_command_ms.max, 10);
}

TEST(Periodic, AnAnswerAtTheMomentOfTheNextFrameIsInTime) {
  ToldClock clock;
  const PeriodicResult r = run_taking({50}, 20, clock);
  EXPECT_EQ(r.missed, 0);
  EXPECT_EQ(r.dropped, 0);
  EXPECT_EQ(r.answered, 20);
  EXPECT_DOUBLE_EQ(r.achieved_hz, 20);
}

// Free at 75, 150, 225, 300, ... the newest frames then: 1 (of 50), 3 (150), 4 (200), 6 (300), ...: two of three.
TEST(Periodic, WhoTakesAPeriodAndAHalfDropsEveryThirdFrameAndIsAlwaysLate) {
  ToldClock clock;
  const PeriodicResult r = run_taking({75}, 299, clock);
  EXPECT_EQ(r.frames, 299);
  EXPECT_EQ(r.answered, 200);
  EXPECT_EQ(r.dropped, 99);
  EXPECT_EQ(r.missed, 200);
  EXPECT_NEAR(r.achieved_hz, 1000.0 / 75, 1e-9);
  EXPECT_EQ(r.start_jitter_ms.max, 25) << "a frame that waits for the answer before it";
  EXPECT_EQ(r.completion_jitter_ms.p50, 25);
  EXPECT_EQ(r.completion_jitter_ms.max, 25);
  EXPECT_EQ(r.frame_age_at_command_ms.max, 100);
}

TEST(Periodic, OneLongRunCostsTheFramesThatItSleptThrough) {
  ToldClock clock;
  // Frame 2 takes from 100 to 320: frames 3, 4, 5 are replaced by 6 (of 300), which starts 20 late and ends at 330.
  const PeriodicResult r = run_taking({10, 10, 220, 10}, 10, clock);
  EXPECT_EQ(r.answered, 7);
  EXPECT_EQ(r.dropped, 3);
  EXPECT_EQ(r.missed, 1);
  EXPECT_EQ(r.start_jitter_ms.p50, 0);
  EXPECT_EQ(r.start_jitter_ms.max, 20);
  EXPECT_EQ(r.completion_jitter_ms.max, 210) << "from 60 to 320, less a period";
  EXPECT_EQ(r.frame_age_at_command_ms.max, 220);
  EXPECT_EQ(r.frame_age_at_command_ms.p50, 10);
  EXPECT_DOUBLE_EQ(r.achieved_hz, 14);
}

TEST(Periodic, ASleeperThatWakesLateStartsLate) {
  ToldClock clock;
  clock.wake_late_ns = 2 * kMs;
  const PeriodicResult r = run_taking({49}, 40, clock);
  // Frame 0 runs from 2 to 51, past the next frame, which then runs from 51 to 100 and frame 2 from 100 to 149: in
  // time, without a sleep. Frame 3 is slept for again: one in three is late.
  EXPECT_EQ(r.start_jitter_ms.max, 2);
  EXPECT_EQ(r.missed, 14);
  EXPECT_EQ(r.dropped, 0);
  EXPECT_EQ(r.answered, 40);
}

TEST(Periodic, TheLastFrameIsTheLastHoweverLateItIs) {
  ToldClock clock;
  const PeriodicResult r = run_taking({1000}, 3, clock);
  EXPECT_EQ(r.frames, 3);
  EXPECT_EQ(r.answered, 2);
  EXPECT_EQ(r.dropped, 1);
  EXPECT_EQ(r.missed, 2);
  EXPECT_DOUBLE_EQ(r.achieved_hz, 1) << "two answers in two seconds";
}

TEST(Periodic, StopsWhenAsked) {
  ToldClock clock;
  int asked = 0;
  const PeriodicResult r = run_periodically([] {}, 50 * kMs, 1000, clock, [&] { return ++asked <= 3; });
  EXPECT_EQ(r.answered, 3);
  EXPECT_EQ(r.frames, 3);
  const PeriodicResult none = run_periodically([] {}, 50 * kMs, 1000, clock, [] { return false; });
  EXPECT_EQ(none.answered, 0);
  EXPECT_EQ(none.achieved_hz, 0);
  EXPECT_EQ(none.run_ms.max, 0);
}

TEST(Periodic, TheRealClockSleepsToTheMoment) {
  MonotonicClock clock;
  const std::int64_t before = clock.now_ns();
  clock.sleep_until_ns(before + 3 * kMs);
  EXPECT_GE(clock.now_ns(), before + 3 * kMs);
  const std::int64_t later = clock.now_ns();
  clock.sleep_until_ns(before);
  EXPECT_LT(clock.now_ns(), later + 1'000 * kMs);
}

TEST(ParsePeriod, TakesRatesAndPeriods) {
  for (const char* text : {"20Hz", "20hz", "20", "50ms", "2e1"}) {
    const Result<std::int64_t> period = parse_period_ns(text);
    ASSERT_TRUE(period.ok()) << text;
    EXPECT_EQ(*period, 50 * kMs) << text;
  }
  EXPECT_EQ(*parse_period_ns("0.1Hz"), 10'000 * kMs);
  EXPECT_EQ(*parse_period_ns("10000ms"), 10'000 * kMs);
  EXPECT_EQ(*parse_period_ns("1000"), kMs);
  EXPECT_EQ(*parse_period_ns("1ms"), kMs);
}

TEST(ParsePeriod, RefusesWhatIsNeither) {
  for (const std::string text : {"", "Hz", "fast", "0", "-20Hz", "20 Hz", "20s", "20HZ", "nan", "inf", "1e999", "20Hzz",
                                 "0.09Hz", "1001", "10001ms", "0.99ms", "0x14", "+20"}) {
    const Result<std::int64_t> period = parse_period_ns(text);
    ASSERT_FALSE(period.ok()) << text;
    EXPECT_EQ(period.error().message(),
              "must be a rate such as 20Hz or a period such as 50ms, within 0.1 to 1000 Hz, not '" + text + "'");
  }
  EXPECT_LT(parse_period_ns(std::string(1000, '9')).error().message().size(), 150U);
}

}  // namespace
}  // namespace pitlane
