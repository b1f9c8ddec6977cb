// `tune --auto` as a user starts it, stops it and starts it again.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <filesystem>
#include <regex>
#include <string>

#include "pitlane/core/random.h"
#include "program.h"

namespace pitlane::testing {
namespace {

namespace fs = std::filesystem;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr const char* kTune = "tune a.pit --auto 3 --frames 500 --circuit mixed --out out";

class TuneAuto : public ::testing::Test {
 protected:
  void SetUp() override { save_pilotnet(place_ / "a.pit"); }
  [[nodiscard]] Outcome tune(const std::string& more) const {
    return Running("tune a.pit --out out " + more, place_.path()).finish();
  }
  TemporaryDirectory place_;
};

TEST_F(TuneAuto, GoesOnAfterAKillAndFindsTheSameNetworks) {
  Running killed(kTune, place_.path());
  ASSERT_TRUE(killed.wait_until([&] { return killed.err().find("rung 1  #2") != std::string::npos; })) << killed.err();
  killed.send(SIGKILL);
  EXPECT_EQ(killed.finish().code, 128 + SIGKILL);

  const Outcome second = Running(kTune, place_.path()).finish();
  ASSERT_LE(second.code, 1) << second.err;
  EXPECT_THAT(second.err, AllOf(HasSubstr("rung 1  #1"), HasSubstr("(by an earlier run)"), HasSubstr("rung 3  #")));
  EXPECT_THAT(second.out, AllOf(HasSubstr("auto-1"), HasSubstr("Pareto front of latency, size and MSE:")));
  EXPECT_THAT(second.out, HasSubstr("is no better than always saying the mean (MSE / variance ")) << "it never learned";
  EXPECT_LT(second.err.find("warning: The network's own v is no better"), second.err.find("rung 1"))
      << "said before hours are spent: " << second.err;
  EXPECT_THAT(read(place_ / "out/auto.csv"), HasSubstr("rung,trial,candidate"));
  // Its point in the picture is that of its row.
  std::smatch point;
  const std::string page = read(place_ / "out/report.html"), results = read(place_ / "out/results.json");
  ASSERT_TRUE(std::regex_search(page, point, std::regex(R"re("student":"([^"]+)"[^{}]*"row":"auto-1")re")));
  EXPECT_THAT(results, HasSubstr("\"student(" + point[1].str() + ", "));
  const std::string network = read(place_ / "out/networks/auto-1.pit");
  EXPECT_FALSE(network.empty());

  // Nothing is left to do, and what a network's file holds follows from seed and stored latencies.
  fs::remove(place_ / "out/networks/auto-1.pit");
  const Outcome third = Running(kTune, place_.path()).finish();
  EXPECT_THAT(third.err, HasSubstr("auto-1"));
  EXPECT_TRUE(read(place_ / "out/networks/auto-1.pit") == network);
  const auto found = third.err.find("rung 3  #");
  ASSERT_NE(found, std::string::npos);
  EXPECT_THAT(third.err.substr(found), HasSubstr("(by an earlier run)"));
}

TEST_F(TuneAuto, GoesOnAfterAKillAtAnyMoment) {
  const auto kept = [](const std::string& err) {
    std::size_t count = 0;
    for (std::size_t at = 0; (at = err.find("(by an earlier run)", at)) != std::string::npos; ++at) ++count;
    return count;
  };
  Random random(1);
  std::size_t before = 0;
  for (int i = 0; i < 10; ++i) {
    Running killed(kTune, place_.path());
    const auto moment = std::chrono::steady_clock::now() + std::chrono::milliseconds(300 + random.index(4000));
    const bool in_time = killed.wait_until([&] { return std::chrono::steady_clock::now() >= moment; });
    if (in_time) killed.send(SIGKILL);
    const Outcome outcome = killed.finish();
    EXPECT_THAT(outcome.err, Not(HasSubstr("cannot be read"))) << "nothing is half written";
    before = std::max(before, kept(outcome.err));
    if (!in_time) break;  // it was faster
  }
  const Outcome last = Running(kTune, place_.path()).finish();
  ASSERT_LE(last.code, 1) << last.err;
  EXPECT_GE(kept(last.err), before) << "nothing that was finished is lost";
  const std::string trials = read(place_ / "out/auto.csv"), network = read(place_ / "out/networks/auto-1.pit");
  EXPECT_LE(Running(kTune, place_.path()).finish().code, 1);
  EXPECT_EQ(read(place_ / "out/auto.csv"), trials);
  EXPECT_TRUE(read(place_ / "out/networks/auto-1.pit") == network);
}

TEST_F(TuneAuto, RefusesBudgetsAndNetworksThatItCannotServe) {
  for (const char* budget : {"0", "0min", "-3", "soon", "1e9h"}) {
    const Outcome refused = tune("--auto " + std::string(budget));
    EXPECT_EQ(refused.code, 2) << budget;
    EXPECT_THAT(refused.err, AllOf(HasSubstr("--auto"), Not(HasSubstr("rung 1")))) << budget;
  }
  const Outcome limited = tune("--auto 2 --budget 3%");
  EXPECT_EQ(limited.code, 2);
  EXPECT_THAT(limited.err,
              HasSubstr("--budget: limits what strategies cost, and --auto runs those alone that --strategy names"));
  const Outcome tiny = tune("--auto 2 --frames 500 --max-size 0.0005");
  EXPECT_EQ(tiny.code, 2);
  EXPECT_THAT(tiny.err, AllOf(HasSubstr("no student is as small as the limits ask for; allow a larger file with "
                                        "--max-size"),
                              Not(HasSubstr("frames"))))
      << "before anything is recorded";
}

// Nothing of what was asked for beside the search is lost where it finds nothing.
TEST_F(TuneAuto, FindsNothingAndStillRunsTheStrategies) {
  const Outcome none = tune("--auto 2 --strategy float16_quan --frames 500 --no-track --max-latency-ms 0.000001");
  EXPECT_EQ(none.code, 1) << none.err;
  const char* const why = "The search found no student: none of 2 students is left after the first rung";
  EXPECT_THAT(none.err, HasSubstr(why));
  EXPECT_THAT(none.out, AllOf(HasSubstr(why), HasSubstr("float16_quan"), HasSubstr("Nothing to recommend.")));
  EXPECT_THAT(read(place_ / "out/auto.csv"), HasSubstr("slower than --max-latency-ms"));
  EXPECT_THAT(read(place_ / "out/report.html"), HasSubstr("No student was found: none of 2 students"));
  EXPECT_THAT(read(place_ / "out/results.json"), HasSubstr("\"code\": \"")) << "which made it";
}

TEST_F(TuneAuto, TellsCircuitsThatChooseFromThoseThatAreReported) {
  const auto refusal = [&](const std::string& flags) {
    const Outcome refused = tune(flags);
    EXPECT_EQ(refused.code, 2) << flags;
    EXPECT_THAT(refused.err, Not(HasSubstr("rung 1")));
    return refused.err;
  };
  EXPECT_THAT(refusal("--tuning-circuit mixed"),
              HasSubstr("--tuning-circuit: names circuits for --auto; leave it out"));
  EXPECT_THAT(refusal("--auto 2 --no-track --tuning-circuit mixed"), HasSubstr("but --tuning-circuit names some"));
  EXPECT_THAT(refusal("--auto 2 --circuit mixed tight --tuning-circuit tight"),
              HasSubstr("--tuning-circuit tight: the table's laps are on it too"));
}

TEST_F(TuneAuto, SaysWhereNoCircuitIsLeftToChooseOn) {
  Running started(
      "tune a.pit --out out --auto 2 --frames 500 --circuit alley chicane figure-eight hairpins held-out "
      "long-straight mixed s-bends sweepers tight",
      place_.path());
  EXPECT_TRUE(started.wait_until([&] {
    return started.err().find("they were chosen by latency and MSE alone. --tuning-circuit") != std::string::npos;
  })) << started.err();
  started.send(SIGKILL);
  started.finish();
}

}  // namespace
}  // namespace pitlane::testing
