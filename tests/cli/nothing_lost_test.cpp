// No verb destroys what the user has: inputs, results, pictures, hand edits. Whatever is asked for, and however it
// ends.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>
#include <filesystem>

#include "pitlane/core/directory_lock.h"
#include "pitlane/network/pilotnet.h"
#include "pitlane/network/pit_file.h"
#include "program.h"
#include "sim/test_data.h"

namespace pitlane::testing {
namespace {

namespace fs = std::filesystem;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

using NothingLost = InAFolder;

TEST_F(NothingLost, CheckpointThatIsTheResult) {
  save_pilotnet(place_ / "a.pit");
  fs::create_symlink("n.pit", place_ / "link");
  const std::string train = "train --data " + at("rec") + " --out " + at("n.pit");
  for (const char* same : {"n.pit", "./n.pit", "link"})
    EXPECT_THAT(refused(train + " --network pilotnet-torch --checkpoint " + at(same)),
                AllOf(HasSubstr("--checkpoint: "), HasSubstr("is also what --out names"), HasSubstr("another name")));
  EXPECT_THAT(refused(train + " --from " + at("a.pit") + " --checkpoint " + at("a.pit")),
              HasSubstr("is the network of --from"));
  EXPECT_TRUE(fs::exists(place_ / "a.pit"));
}

TEST_F(NothingLost, TrainKeepsTheNetworkThatIsThere) {
  record(place_ / "rec", 10);
  write(place_ / "n.pit", "hours of work");
  const std::string train = "train --network pilotnet-torch --epochs 1 --data " + at("rec") + " --out " + at("n.pit");
  EXPECT_THAT(refused(train), AllOf(HasSubstr("n.pit: exists already"), HasSubstr("--overwrite")));
  EXPECT_EQ(read(place_ / "n.pit"), "hours of work");
  const Outcome replaced = pitlane(train + " --overwrite");
  EXPECT_EQ(replaced.code, 0) << replaced.err;
  EXPECT_TRUE(load_pit(place_ / "n.pit").ok());
}

TEST_F(NothingLost, TuneKeepsFilesThatItDidNotMake) {
  save_pilotnet(place_ / "a.pit");
  fs::create_directories(place_ / "mine/networks");
  const std::string tune = "tune " + at("a.pit") + " --no-track --out " + at("mine");
  for (const char* file : {"mine/report.html", "mine/networks/best.pit"}) {
    write(place_ / file, "hours of work");
    EXPECT_THAT(refused(tune),
                AllOf(HasSubstr("mine: holds "), HasSubstr("another directory"), HasSubstr("--overwrite")));
    EXPECT_EQ(read(place_ / file), "hours of work");
    fs::remove(place_ / file);
  }
  EXPECT_FALSE(fs::exists(place_ / "mine/tune.db"));
}

TEST_F(NothingLost, TuneDoesNotReplaceItsOwnModel) {
  for (const char* model : {"out/recommended.pit", "out/networks/mine.pit"}) {
    fs::create_directories((place_ / model).parent_path());
    save_pilotnet(place_ / model);
    EXPECT_THAT(refused("tune " + at(model) + " --no-track --overwrite --out " + at("out")),
                AllOf(HasSubstr("lies where tune writes"), HasSubstr("another --out")));
  }
}

TEST_F(NothingLost, TuneBesideAnother) {
  save_pilotnet(place_ / "a.pit");
  const auto other = DirectoryLock::take(place_ / "out", "pitlane tune");
  ASSERT_TRUE(other.ok());
  EXPECT_THAT(refused("tune " + at("a.pit") + " --no-track --out " + at("out")),
              AllOf(HasSubstr("out: another pitlane tune is at work in it"), HasSubstr("wait until it has ended")));
}

TEST_F(NothingLost, ARecordingCountsOnce) {
  record(place_ / "rec", 10);
  fs::create_directory_symlink("rec", place_ / "link");
  fs::copy(place_ / "rec", place_ / "copy", fs::copy_options::recursive);
  for (const char* twin : {"rec", "link", "copy"})
    for (const char* more : {"", " --max-rows 6"})
      EXPECT_THAT(refused("train --network pilotnet-torch --out " + at("n.pit") + more + " --data " + at("rec") + " " +
                          at(twin)),
                  AllOf(HasSubstr(twin), HasSubstr("is the same recording as "), HasSubstr("name it once")));
}

TEST_F(NothingLost, RecordIntoAFolderThatHoldsSomething) {
  fs::create_directory(place_ / "mine");
  write(place_ / "mine/0.png", "holiday");
  EXPECT_THAT(refused("record --frames 2 --circuit mixed --out " + at("mine")),
              AllOf(HasSubstr("mine: is not empty (it holds 0.png)"), HasSubstr("choose another directory")));
  EXPECT_EQ(read(place_ / "mine/0.png"), "holiday");
  EXPECT_EQ(entries(place_ / "mine"), 1U);
}

// Two at once: the first picture decides.
TEST_F(NothingLost, RecordBesideAnother) {
  fs::create_directory(place_ / "rec");
  Running first("record --frames 1000000 --circuit mixed --out rec", place_.path());
  Running second("record --frames 1000000 --circuit mixed --out rec", place_.path());
  first.wait_until([&] { return !first.err().empty() || !second.err().empty(); });
  const bool first_lost = !first.err().empty();
  const Outcome lost = (first_lost ? first : second).finish();
  EXPECT_EQ(lost.code, 2);
  EXPECT_THAT(lost.err, ::testing::AnyOf(HasSubstr("appeared meanwhile"), HasSubstr("is not empty")));
  Running& winner = first_lost ? second : first;
  ASSERT_TRUE(winner.wait_until([&] { return fs::exists(place_ / "rec/20.png"); })) << winner.err();
  winner.send(SIGINT);
  EXPECT_EQ(winner.finish().code, 130);
  EXPECT_EQ(entries(place_ / "rec"), 0U) << "each removed its own pictures";
}

TEST_F(NothingLost, InterruptedRecordKeepsWhatIsNotItsOwn) {
  fs::create_directory(place_ / "rec");
  Running run("record --frames 1000000 --circuit mixed --out rec", place_.path());
  ASSERT_TRUE(run.wait_until([&] { return fs::exists(place_ / "rec/3.png"); })) << run.err();
  write(place_ / "rec/notes.txt", "mine");
  run.send(SIGINT);
  EXPECT_EQ(run.finish().code, 130);
  EXPECT_EQ(read(place_ / "rec/notes.txt"), "mine");
  EXPECT_EQ(entries(place_ / "rec"), 1U);
}

// A terminal that closes; often more than one tells of it.
TEST_F(NothingLost, AClosedTerminalLeavesNothingHalfDone) {
  Running run("record --frames 1000000 --circuit mixed --out rec", place_.path());
  ASSERT_TRUE(run.wait_until([&] { return fs::exists(place_ / "rec/3.png"); })) << run.err();
  run.send(SIGHUP);
  run.send(SIGHUP);
  EXPECT_EQ(run.finish().code, 130);
  EXPECT_EQ(entries(place_.path()), 0U);
}

TEST_F(NothingLost, UnderNohupAClosedTerminalIsPassedOver) {
  const auto before = std::signal(SIGHUP, SIG_IGN);  // what the child finds
  Running run("record --frames 1000000 --circuit mixed --out rec", place_.path());
  std::signal(SIGHUP, before);
  ASSERT_TRUE(run.wait_until([&] { return fs::exists(place_ / "rec/3.png"); })) << run.err();
  run.send(SIGHUP);
  EXPECT_TRUE(run.wait_until([&] { return fs::exists(place_ / "rec/40.png"); })) << run.err();
  run.send(SIGINT);
  EXPECT_EQ(run.finish().code, 130);
}

// The recording notes its command; a name is bytes, JSON is UTF-8.
TEST_F(NothingLost, RecordWithANameThatIsNoUtf8) {
  const fs::path folder = place_ / "rec\xff";
  const Outcome made = pitlane("record --frames 3 --circuit mixed --out '" + folder.string() + "'");
  EXPECT_EQ(made.code, 0) << made.err;
  EXPECT_EQ(entries(folder), 5U);
  EXPECT_THAT(read(folder / "recording.json"), HasSubstr("rec\xEF\xBF\xBD"));
}

TEST_F(NothingLost, CircuitVerbsKeepTheirInputs) {
  const fs::path own = fs::path(PITLANE_SOURCE_DIR) / "circuits/mixed.yaml";
  fs::copy_file(own, place_ / "mine.yaml");
  fs::create_symlink("mine.yaml", place_ / "map.png");
  for (const char* same : {"mine.yaml", "map.png"})
    EXPECT_THAT(refused("circuit show " + at("mine.yaml") + " --out " + at(same)), HasSubstr("the circuit's own file"));
  EXPECT_THAT(refused("circuit show mixed --out " + at("mine.yaml"), "PITLANE_CIRCUITS=" + at("") +
                                                                         " true; "
                                                                         "mv " +
                                                                         at("mine.yaml") + " " + at("mixed.yaml") +
                                                                         "; ln -s mixed.yaml " + at("mine.yaml") +
                                                                         "; PITLANE_CIRCUITS=" + at("")),
              HasSubstr("the circuit's own file"));
  EXPECT_EQ(read(place_ / "mixed.yaml"), read(own));
  write(place_ / "lap.bag", "#ROSBAG V2.0\n");
  EXPECT_THAT(refused("circuit import " + at("lap.bag") + " --out " + at("lap.bag")), HasSubstr("is the bag itself"));
  EXPECT_THAT(refused("circuit import " + at("lap.bag") + " --out " + at("mixed.yaml")),
              AllOf(HasSubstr("mixed.yaml: exists already"), HasSubstr("--overwrite")));
  EXPECT_THAT(refused("circuit import " + at("lap.bag") + " --overwrite --out " + at("mixed.yaml")),
              Not(HasSubstr("exists already")));
  EXPECT_EQ(read(place_ / "mixed.yaml"), read(own));
}

// What a network's driver recorded serves that network, whatever crop and size it has.
TEST_F(NothingLost, RecordingsOfANetworksDriverFitThatNetwork) {
  record(place_ / "rec", 40, "--whole-frames --circuit mixed");
  const std::string small = " --network pilotnet-torch --crop 0 200 640 280 --size 160 80 --epochs 1";
  ASSERT_EQ(pitlane("train --data " + at("rec") + small + " --out " + at("n.pit")).code, 0);
  record(place_ / "more", 20, "--circuit mixed --driver " + at("n.pit"));
  EXPECT_THAT(read(place_ / "more/recording.json"), AllOf(HasSubstr("\"width\": 160"), HasSubstr("\"height\": 80")));
  const Outcome again = pitlane("train --from " + at("n.pit") + " --epochs 1 --data " + at("rec") + " " + at("more") +
                                " --out " + at("better.pit"));
  EXPECT_EQ(again.code, 0) << again.err;
  EXPECT_THAT(refused("train --data " + at("more") + small + " --out " + at("x.pit")), HasSubstr("--whole-frames"));
}

// One that only steers is labelled with steering as well.
TEST_F(NothingLost, RecordingsOfASteeringDriverHaveItsLabel) {
  Network network = build_pilotnet_torch({Preprocessing{}, {{"steering", "1", -1, 1, -1, 0}}, 1}).value();
  ASSERT_TRUE(save_pit(network, place_ / "s.pit").ok());
  const std::string driver = "record --frames 40 --circuit mixed --out " + at("more") + " --driver " + at("s.pit");
  EXPECT_THAT(refused(driver), HasSubstr("--vehicle steering:8:0.5"));
  ASSERT_EQ(pitlane(driver + " --vehicle steering:8:0.5").code, 0);
  EXPECT_THAT(read(place_ / "more/data.csv"),
              ::testing::StartsWith("image_name,v,w,steering,speed_mps,command,drive,timestamp"));
  const Outcome again =
      pitlane("train --from " + at("s.pit") + " --epochs 1 --data " + at("more") + " --out " + at("better.pit"));
  EXPECT_EQ(again.code, 0) << again.err;
}

class Interrupted : public NothingLost {
 protected:
  Outcome stop(const std::string& command) {
    Running run(command, place_.path());
    EXPECT_TRUE(run.wait_until([&] { return run.listens(); }));
    const auto start = std::chrono::steady_clock::now();
    run.wait_until([&] { return std::chrono::steady_clock::now() - start > std::chrono::seconds(1); });
    run.send(SIGINT);
    return run.finish();
  }
};

TEST_F(Interrupted, InALongEpisode) {
  const Outcome stopped = stop("drive expert --circuit mixed --laps 1000 --timeout 100000");
  EXPECT_EQ(stopped.code, 130) << stopped.out;
  EXPECT_THAT(stopped.err, HasSubstr("pitlane: interrupted; the laps above are complete"));
}

// So many networks that none is measured well enough before the signal comes.
TEST_F(Interrupted, InALongBench) {
  save_pilotnet(place_ / "a.pit");
  std::string bench = "bench --seconds 3600";
  for (int i = 0; i < 40; ++i) bench += " a.pit";
  const Outcome stopped = stop(bench);
  EXPECT_EQ(stopped.code, 130);
  EXPECT_THAT(stopped.err, HasSubstr("pitlane: interrupted"));
}

}  // namespace
}  // namespace pitlane::testing
