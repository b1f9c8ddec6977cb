// pitlane study where its files lie badly: full disks, folders that nobody may write, flags and keys that name nothing.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <csignal>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "program.h"
#include "sim/test_data.h"

namespace pitlane::testing {
namespace {

namespace fs = std::filesystem;
using ::testing::AllOf;
using ::testing::AnyOf;
using ::testing::HasSubstr;
using ::testing::Not;

const std::string kStudy = "format: pitlane-study\nversion: 1\ncircuits: [tight]\ntimeout_s: 2\n";

class StudyPlace : public InAFolder {
 protected:
  [[nodiscard]] std::string place() const { return place_.path().string(); }

  /// A shell's commands where file systems may be mounted, that nobody else sees; $P is the program.
  [[nodiscard]] Outcome in_a_world_of_its_own(const std::string& commands) const {
    write(place_ / "commands", "set -e\ncd '" + place() + "'\nP='" + program() + "'\n" + commands);
    return run("unshare --user --map-root-user --mount sh '" + (place_ / "commands").string() + "'");
  }
  /// Skips where that cannot be.
  [[nodiscard]] bool can_mount() const {
    fs::create_directory(place_ / "probe");
    const Outcome probe = in_a_world_of_its_own(
        "mount -t tmpfs -o size=64k tmpfs probe\nmount --bind probe probe\nmount -o remount,bind,ro probe\n");
    fs::remove(place_ / "probe");
    fs::remove(place_ / "commands");
    return probe.code == 0;
  }
};

#define NEEDS_MOUNTS() \
  if (!can_mount()) GTEST_SKIP() << "this machine lets no process mount a file system"

TEST_F(StudyPlace, ALatencyThatNobodyMeasuredIsCountedAsMissing) {
  save_pilotnet(place_ / "n.pit");
  write(place_ / "s.yaml", kStudy + "networks: [expert]\nrepetitions: 2\n");
  ASSERT_EQ(Running("study run s.yaml", place_.path()).finish().code, 0);
  write(place_ / "s.yaml", kStudy + "networks: [expert, n.pit]\nrepetitions: 2\nlatencies: [none, measured]\n");
  const Outcome status = Running("study status s.yaml", place_.path()).finish();
  EXPECT_EQ(status.code, 0) << status.err;
  const std::string waits = "; 2 cells wait for a latency that 'pitlane study run' measures first\n";
  EXPECT_THAT(status.out,
              AllOf(HasSubstr("expert (pure pursuit on the known line): 2 of 4 cells" + waits),
                    HasSubstr("): 0 of 4 cells" + waits), HasSubstr("2 of 8 cells are driven; 4 cells wait for")));
  EXPECT_THAT(refused("study export " + at("s.yaml")), HasSubstr("6 of 8 cells are not driven yet"));
  const Outcome partial = Running("study export s.yaml --partial --no-timing", place_.path()).finish();
  ASSERT_EQ(partial.code, 0) << partial.err;
  const auto cells = nlohmann::json::parse(partial.out)["cells"];
  ASSERT_EQ(cells.size(), 8U);
  EXPECT_EQ(cells[0]["end"], "timeout");
  EXPECT_EQ(cells[2]["latency"], "measured");
  EXPECT_EQ(cells[2]["failure"], "not driven yet");
  EXPECT_EQ(Running("study export s.yaml --partial --out out", place_.path()).finish().code, 0);
}

// Else half of the drives without latency would seem to be missing, and 60 ms the smallest that was driven.
TEST_F(StudyPlace, ALatencyThatNobodyMeasuredIsNotZero) {
  const std::string networks = kStudy + "networks: [expert]\n";
  write(place_ / "s.yaml", networks + "latencies: [none, 60ms]\n");
  ASSERT_EQ(Running("study run s.yaml", place_.path()).finish().code, 0);
  write(place_ / "s.yaml", networks + "latencies: [none, 60ms, measured]\n");
  const Outcome partial = Running("study export s.yaml --partial --no-timing", place_.path()).finish();
  ASSERT_EQ(partial.code, 0) << partial.err;
  const auto limits = nlohmann::json::parse(partial.out)["latency_limits"];
  ASSERT_EQ(limits.size(), 1U);
  EXPECT_EQ(limits[0]["first_failure_ms"], 0.0) << limits;
  ASSERT_EQ(Running("study export s.yaml --partial --no-timing --out out", place_.path()).finish().code, 0);
  EXPECT_THAT(read(place_ / "out/study.html"), HasSubstr(R"({"name":"measured","ms":null})"));
}

TEST_F(StudyPlace, OneCellIsOne) {
  write(place_ / "s.yaml", kStudy + "networks: [expert]\n");
  EXPECT_THAT(Running("study run s.yaml", place_.path()).finish().err, HasSubstr("1 cell, 0 of them driven before"));
  EXPECT_THAT(Running("study status s.yaml", place_.path()).finish().out, HasSubstr("1 of 1 cell is driven\n"));
}

TEST_F(StudyPlace, CtrlCWhileLatencyIsMeasuredSaysHowToGoOn) {
  save_pilotnet(place_ / "n0.pit");
  std::string networks = "n0.pit";
  for (int i = 1; i < 40; ++i) {
    fs::copy_file(place_ / "n0.pit", place_ / ("n" + std::to_string(i) + ".pit"));
    networks += ", n" + std::to_string(i) + ".pit";
  }
  write(place_ / "s.yaml", kStudy + "latencies: [measured]\nruntimes: [{isa: scalar}]\nnetworks: [" + networks + "]\n");
  Running running("study run s.yaml", place_.path());
  ASSERT_TRUE(running.wait_until([&] { return fs::exists(place_ / "s.db-wal"); })) << running.err();
  running.send(SIGINT);
  const Outcome stopped = running.finish();
  EXPECT_EQ(stopped.code, 130);
  EXPECT_THAT(stopped.err, HasSubstr("interrupted while latency was measured; nothing is lost: what was driven and "
                                     "measured before is in s.db: run the same command again to go on"));
}

TEST_F(StudyPlace, ReadsWhereNothingMayBeWritten) {
  NEEDS_MOUNTS();
  fs::create_directory(place_ / "here?#%41");
  write(place_ / "here?#%41/s.yaml", kStudy + "networks: [expert]\nrepetitions: 2\n");
  const fs::path here = place_ / "here?#%41";
  ASSERT_EQ(Running("study run s.yaml", here).finish().code, 0);
  const std::string read_only = "mount --bind 'here?#%41' 'here?#%41'\nmount -o remount,bind,ro 'here?#%41'\n";
  const Outcome outcome = in_a_world_of_its_own(read_only +
                                                "$P study status 'here?#%41/s.yaml'\n"
                                                "$P study export 'here?#%41/s.yaml' --no-timing\n");
  EXPECT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_THAT(outcome.out, HasSubstr("2 of 2 cells are driven"));
  EXPECT_THAT(outcome.out, HasSubstr(Running("study export s.yaml --no-timing", here).finish().out));
  const Outcome driven = in_a_world_of_its_own(read_only + "$P study run 'here?#%41/s.yaml'\n");
  EXPECT_EQ(driven.code, 2);
  EXPECT_THAT(driven.err, HasSubstr("cannot write into the directory"));
}

// A log that a killed run left is read with its index, and never passed over.
TEST_F(StudyPlace, WhatIsStillInTheLogIsNotPassedOver) {
  NEEDS_MOUNTS();
  write(place_ / "s.yaml", kStudy + "networks: [expert]\nrepetitions: 10000\n");
  fs::create_directory(place_ / "here");
  Running running("study run s.yaml --store here/", place_.path());
  ASSERT_TRUE(running.wait_until([&] {
    std::error_code code;
    return fs::file_size(place_ / "here/s.db-wal", code) > 50'000 && !code;
  })) << running.err();
  running.send(SIGKILL);
  running.finish();
  const std::string read_only = "mount --bind here here\nmount -o remount,bind,ro here\n";
  const Outcome whole = in_a_world_of_its_own(read_only + "$P study status s.yaml --store here/\n");
  EXPECT_EQ(whole.code, 0) << whole.err;
  fs::remove(place_ / "here/s.db-shm");
  const Outcome without_index = in_a_world_of_its_own(read_only + "$P study status s.yaml --store here/\n");
  EXPECT_EQ(without_index.code, 2) << without_index.out;
  EXPECT_THAT(without_index.err, HasSubstr("here/s.db: its last results are in s.db-wal, which can be read only where "
                                           "the folder may be written; copy both files to such a folder"));
  EXPECT_EQ(Running("study status s.yaml --store here/", place_.path()).finish().out, whole.out);
}

TEST_F(StudyPlace, AFullDiskOfTheStoreIsSaidAndLosesNothing) {
  NEEDS_MOUNTS();
  write(place_ / "s.yaml", kStudy + "networks: [expert]\nrepetitions: 200\n");
  fs::create_directory(place_ / "small");
  const Outcome outcome = in_a_world_of_its_own(
      "mount -t tmpfs -o size=300k tmpfs small\n"
      "$P study run s.yaml --store small/ && exit 1\n"
      "test $? -eq 2\n"
      "mount -o remount,size=20m small\n"
      "$P study run s.yaml --store small/ --no-timing --json\n");
  EXPECT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_THAT(outcome.err,
              AllOf(HasSubstr("small/s.db: no space left for the result store (a full disk, a quota or 'ulimit -f'); "
                              "free some space and run again ("),
                    HasSubstr(" of 200 cells are in small/s.db)")));
  EXPECT_THAT(outcome.err, HasSubstr("200 cells, 0 of them driven before"));
  EXPECT_EQ(outcome.err.find("0 of them driven before"), outcome.err.rfind("0 of them driven before"))
      << "the second run goes on: " << outcome.err;
  EXPECT_EQ(Running("study run s.yaml --no-timing --json", place_.path()).finish().out, outcome.out);
}

TEST_F(StudyPlace, AFullDiskOfTheResultsLeavesTheOldOnes) {
  NEEDS_MOUNTS();
  write(place_ / "s.yaml", kStudy + "networks: [expert]\n");
  ASSERT_EQ(Running("study run s.yaml", place_.path()).finish().code, 0);
  fs::create_directory(place_ / "small");
  const Outcome outcome = in_a_world_of_its_own(
      "mount -t tmpfs -o size=64k tmpfs small\n"
      "for name in study.json study.csv study.md study.html; do echo old > small/$name; done\n"
      "$P study export s.yaml --out small && exit 1\n"
      "test $? -eq 2\n"
      "cat small/*\nls small | wc -l\n");
  EXPECT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_EQ(outcome.out, "old\nold\nold\nold\n4\n");
  EXPECT_THAT(outcome.err, AllOf(HasSubstr("small/study.html: cannot write: No space left on device; free some space"),
                                 HasSubstr("(none of 4 files that belong together was written)")));
}

TEST_F(StudyPlace, NamesTheKeyAndItsLine) {
  save_pilotnet(place_ / "n.pit");
  write(place_ / "s.yaml", kStudy + "networks:\n  - expert\n  - n.pit\nvehicle: wheels\n");
  EXPECT_THAT(refused("study run " + at("s.yaml")),
              AllOf(HasSubstr("s.yaml:8: vehicle: wheels: unknown adapter; use auto, direct or steering"),
                    HasSubstr("(network n)"), Not(HasSubstr("--vehicle"))));
  write(place_ / "s.yaml", kStudy + "networks: [expert]\nruntimes:\n  - engine: pitlane\n    isa: sse9\n");
  EXPECT_THAT(refused("study run " + at("s.yaml")),
              AllOf(HasSubstr("s.yaml:8: isa: unknown instruction set 'sse9'"), Not(HasSubstr("--isa"))));
  // Of x86-64 and of Arm one is not there.
  std::string lines;
  for (const char* isa : {"amx", "neondot"}) {
    write(place_ / "s.yaml",
          kStudy + "networks: [n.pit]\nruntimes:\n  - pitlane\n  - engine: pitlane\n    isa: " + isa + "\n");
    lines += pitlane("study status " + at("s.yaml")).err;
  }
  EXPECT_THAT(lines, AnyOf(HasSubstr("s.yaml:9: isa: instruction set amx is not available on this machine"),
                           HasSubstr("s.yaml:9: isa: instruction set neondot is not available on this machine")));
}

TEST_F(StudyPlace, AnEmptyNameIsNoWishToDoWithout) {
  write(place_ / "s.yaml", kStudy + "networks: [expert]\n");
  const std::string study = at("s.yaml");
  for (const std::string& command :
       {"study run " + study + " --out ''", "study export " + study + " --out ''", "study run " + study + " --store ''",
        std::string("drive expert --circuit tight --video ''"), std::string("drive expert --circuit tight --report ''"),
        std::string("replay a b c --out ''")})
    EXPECT_THAT(refused(command), HasSubstr("is empty; name one, or leave it out")) << command;
  EXPECT_EQ(entries(place_.path()), 1U);
}

TEST_F(StudyPlace, AWorldOfBehaviorMetricsIsTheLineOfItsPerfectLap) {
  const fs::path bag = test_data("jderobot/lap-simple-circuit.bag");
  PITLANE_NEEDS_TEST_DATA(bag);
  write(place_ / "s.yaml",
        "Behaviors:\n  Robot:\n    BrainPath: brain_f1_opencv.py\nExperiment: {Timeout: 2}\n"
        "Simulation:\n  World: [worlds/tight.launch, worlds/simple.launch]\n"
        "Stats:\n  PerfectLap: [none.bag, '" +
            bag.string() + "']\n");
  const Outcome outcome = Running("study run s.yaml --json", place_.path()).finish();
  ASSERT_EQ(outcome.code, 0) << outcome.err;
  const auto cells = nlohmann::json::parse(outcome.out)["cells"];
  ASSERT_EQ(cells.size(), 2U);
  EXPECT_EQ(cells[1]["circuit"], "simple");
  EXPECT_EQ(cells[1]["held_out"], true);
  ASSERT_EQ(pitlane("circuit import '" + bag.string() + "' --name simple --out " + at("simple.yaml")).code, 0);
  const auto imported =
      nlohmann::json::parse(pitlane("drive line-follower --timeout 2 --json --circuit " + at("simple.yaml")).out);
  EXPECT_NEAR(cells[1]["circuit_length_m"].get<double>(), imported["episodes"][0]["circuit_length_m"].get<double>(),
              0.01)
      << "files keep millimetres";
}

TEST_F(StudyPlace, TuneWithoutATrackTakesNoCircuit) {
  save_pilotnet(place_ / "n.pit");
  EXPECT_THAT(refused("tune " + at("n.pit") + " --no-track --circuit nope --out " + at("out")),
              HasSubstr("--no-track: no circuit is driven then, but --circuit names some; leave one of both out"));
}

}  // namespace
}  // namespace pitlane::testing
