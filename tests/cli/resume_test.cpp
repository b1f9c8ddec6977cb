// Long work that is interrupted or killed goes on where it stopped, and comes to the same bytes.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>
#include <filesystem>
#include <system_error>

#include "program.h"

namespace pitlane::testing {
namespace {

namespace fs = std::filesystem;
using ::testing::AllOf;
using ::testing::AnyOf;
using ::testing::HasSubstr;

constexpr int kInterrupted = 130;

class TrainResume : public ::testing::Test {
 protected:
  void SetUp() override { record(place_ / "rec", 80); }

  [[nodiscard]] static std::string train(int epochs) {
    return "train --network pilotnet-torch --data ../rec --out n.pit --epochs " + std::to_string(epochs);
  }

  // A folder of its own for each run: the network notes its command, so all must be given the same one.
  [[nodiscard]] fs::path folder(const std::string& name) const {
    fs::create_directory(place_ / name);
    return place_ / name;
  }

  // Disturbed as soon as an epoch is on disk.
  static Outcome disturb(const std::string& command, const fs::path& folder, int signal) {
    Running run(command, folder);
    EXPECT_TRUE(run.wait_until([&] { return fs::exists(folder / "n.pit.checkpoint"); })) << run.err();
    run.send(signal);
    return run.finish();
  }

  TemporaryDirectory place_;
};

TEST_F(TrainResume, GivesTheBytesOfAnUninterruptedRun) {
  const fs::path whole = folder("whole");
  ASSERT_EQ(Running(train(4), whole).finish().code, 0);
  EXPECT_EQ(entries(whole), 1U) << "the checkpoint goes when the network is there";
  for (const int signal : {SIGINT, SIGKILL}) {
    const fs::path stopped = folder("signal" + std::to_string(signal));
    ASSERT_EQ(disturb(train(4), stopped, signal).code, 128 + signal);
    ASSERT_FALSE(fs::exists(stopped / "n.pit")) << "it was through before the signal came";
    const Outcome resumed = Running(train(4), stopped).finish();
    ASSERT_EQ(resumed.code, 0) << resumed.err;
    EXPECT_THAT(resumed.err, HasSubstr("training goes on after epoch ")) << "it began again";
    EXPECT_TRUE(read(whole / "n.pit") == read(stopped / "n.pit")) << "after signal " << signal;
  }
}

TEST_F(TrainResume, AfterCtrlCIsExplained) {
  const fs::path here = folder("here");
  const Outcome stopped = disturb(train(90000), here, SIGINT);
  EXPECT_EQ(stopped.code, kInterrupted);
  EXPECT_THAT(stopped.err, AllOf(HasSubstr("stopping at the next safe point"),
                                 HasSubstr("pitlane: interrupted; the finished epochs lie in n.pit.checkpoint: run the "
                                           "same command again to go on")));
  EXPECT_EQ(stopped.out, "");
  EXPECT_FALSE(fs::exists(here / "n.pit"));
  EXPECT_EQ(entries(here), 1U) << "the checkpoint alone";

  // With other options it is refused, not mixed into another training.
  const Outcome other = Running(train(90001), here).finish();
  EXPECT_EQ(other.code, 2);
  EXPECT_THAT(other.err, AllOf(HasSubstr("of another training: epochs is 90001 now and was 90000"),
                               HasSubstr("delete it to start again")));
}

bool holds_a_checkpoint(const fs::path& folder) {
  std::error_code none;
  for (const auto& entry : fs::directory_iterator(folder, none))
    if (entry.path().extension() == ".checkpoint") return true;
  return false;
}

// A strategy that trains twice: what is finished is not trained again, what was stopped goes on.
TEST_F(TrainResume, ConvertGoesOnWhereItWasStopped) {
  save_pilotnet(place_ / "a.pit");
  const std::string convert = "convert ../a.pit out.pit --strategy prune_qat --data ../rec";
  const fs::path whole = folder("whole");
  const Outcome once = Running(convert, whole).finish();
  ASSERT_EQ(once.code, 0) << once.err;
  EXPECT_EQ(entries(whole), 1U) << "what was trained on the way is gone";
  for (const int signal : {SIGINT, SIGKILL}) {
    const fs::path stopped = folder("signal" + std::to_string(signal));
    Running run(convert, stopped);
    ASSERT_TRUE(run.wait_until([&] { return holds_a_checkpoint(stopped / "out.pit.training"); })) << run.err();
    run.send(signal);
    const Outcome ended = run.finish();
    ASSERT_EQ(ended.code, 128 + signal) << ended.err;
    if (signal == SIGINT) {
      EXPECT_THAT(ended.err, HasSubstr("pitlane: interrupted; what was trained lies in out.pit.training, and the same "
                                       "command goes on from there"));
    }
    ASSERT_FALSE(fs::exists(stopped / "out.pit")) << "it was through before the signal came";
    const Outcome resumed = Running(convert, stopped).finish();
    ASSERT_EQ(resumed.code, 0) << resumed.err;
    EXPECT_THAT(resumed.err, HasSubstr("training goes on after epoch ")) << "it began again";
    EXPECT_EQ(entries(stopped), 1U);
    EXPECT_TRUE(read(whole / "out.pit") == read(stopped / "out.pit")) << "after signal " << signal;
  }
}

TEST(RecordInterrupted, LeavesNothing) {
  const TemporaryDirectory place;
  Running run("record --frames 1000000 --out rec", place.path());
  ASSERT_TRUE(run.wait_until([&] { return fs::exists(place / "rec/3.png"); })) << run.err();
  run.send(SIGINT);
  const Outcome stopped = run.finish();
  EXPECT_EQ(stopped.code, kInterrupted);
  EXPECT_THAT(stopped.err, HasSubstr("a recording cannot be continued, so nothing of it is kept"));
  EXPECT_EQ(entries(place.path()), 0U);
}

TEST(TuneResume, KeepsFinishedRowsAfterAKill) {
  const TemporaryDirectory place;
  save_pilotnet(place / "a.pit");
  const std::string tune =
      "tune a.pit --quick --frames 600 --circuit mixed --strategy float16_quan global_prune "
      "prune_quan --out out";
  Running killed(tune, place.path());
  ASSERT_TRUE(killed.wait_until([&] { return killed.err().find("baseline         done:") != std::string::npos; }))
      << killed.err();
  killed.send(SIGKILL);
  EXPECT_EQ(killed.finish().code, 128 + SIGKILL);
  const Outcome second = Running(tune, place.path()).finish();
  ASSERT_EQ(second.code, 1) << "a network that drives nowhere: " << second.err;
  EXPECT_THAT(second.err, HasSubstr("baseline         done by an earlier run"));
  for (const char* file : {"report.html", "results.csv", "laps.csv", "results.json", "results.md"})
    EXPECT_TRUE(fs::exists(place / "out" / file));
  EXPECT_THAT(read(place / "out/report.html"),
              AnyOf(HasSubstr("src=\"data:video/mp4;base64,"), HasSubstr("No video: a video needs")));
  const Outcome third = Running(tune, place.path()).finish();
  EXPECT_THAT(third.err, AllOf(HasSubstr("baseline         done by an earlier run"),
                               HasSubstr("prune_quan       done by an earlier run")));
}

}  // namespace
}  // namespace pitlane::testing
