// Decisions that another process makes: what the way there costs is left out, and its death is no result.
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <thread>

#include "circle_world.h"

namespace pitlane {
namespace {

// A runtime that died says nothing about how the network drives: a result of it would be kept as if it did.
TEST(DecisionElsewhere, WhatIsNoFaultOfTheDriverIsNoResult) {
  for (const ErrorKind kind : {ErrorKind::kIo, ErrorKind::kCorrupt, ErrorKind::kUnsupported, ErrorKind::kInterrupted}) {
    CircleWorld world;
    Scripted failing([kind](const Observation&) -> Result<Command> { return Error(kind, "the runtime died"); });
    const auto result = run_episode(world, failing, {});
    ASSERT_FALSE(result.ok());
    EXPECT_EQ(result.error().kind(), kind);
    EXPECT_EQ(result.error().message(), "the runtime died");
  }
}

class Detouring : public Scripted {
 public:
  explicit Detouring(double detour_s)
      : Scripted([](const Observation&) -> Result<Command> {
          std::this_thread::sleep_for(std::chrono::milliseconds(20));
          return Command{8, 8 / kRadius_m};
        }),
        detour_s_(detour_s) {}
  [[nodiscard]] double detour_s() const override { return detour_s_; }

 private:
  double detour_s_;
};

TEST(DecisionElsewhere, TheWayToAnotherProcessIsNoPartOfADecision) {
  CircleWorld world;
  EpisodeOptions options;
  options.timeout_s = 1;
  Detouring direct(0), detoured(0.019), liar(1);
  for (const double s : run(world, direct, options).decide_s) EXPECT_GE(s, 0.02);
  const EpisodeResult rest = run(world, detoured, options);
  EXPECT_LT(*std::min_element(rest.decide_s.begin(), rest.decide_s.end()), 0.015);
  EXPECT_GT(*std::min_element(rest.decide_s.begin(), rest.decide_s.end()), 0);
  for (const double s : run(world, liar, options).decide_s) EXPECT_EQ(s, 0) << "never less than nothing";
}

}  // namespace
}  // namespace pitlane
