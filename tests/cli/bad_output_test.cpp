// Places that cannot be written to, and disks that fill up: told before the work where that can be known, and nothing
// half written under a final name.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <thread>

#include "program.h"

namespace pitlane::testing {
namespace {

namespace fs = std::filesystem;
using ::testing::AllOf;
using ::testing::AnyOf;
using ::testing::HasSubstr;
using ::testing::Not;

class BadOutput : public InAFolder {
 protected:
  [[nodiscard]] std::string train(const std::string& out) const {
    return "train --network pilotnet-torch --epochs 1 --data " + at("rec") + " --out " + out;
  }
};

// Below a file, and in /proc: refused to root as well.
TEST_F(BadOutput, FolderThatCannotBe) {
  save_pilotnet(place_ / "a.pit");
  record(place_ / "rec", 10);
  write(place_ / "file", "in the way");
  const std::string below = at("file/below"), said = "file is not a directory; choose another place";
  EXPECT_THAT(refused("tune " + at("a.pit") + " --out " + below), HasSubstr(said));
  EXPECT_THAT(refused("record --frames 10 --out " + below), HasSubstr(said));
  EXPECT_THAT(refused(train(at("file/n.pit"))), HasSubstr(said));
  EXPECT_THAT(refused("circuit show mixed --out " + at("file/a.png")), HasSubstr(said));
  for (const std::string& verb : {"tune " + at("a.pit") + " --out ", std::string("record --out ")})
    EXPECT_THAT(refused(verb + "/proc/pitlane"), HasSubstr("pitlane: /proc/pitlane: ")) << verb;
  EXPECT_THAT(refused(train("/proc/pitlane.pit")), HasSubstr("/proc: cannot write"));
  EXPECT_EQ(entries(place_.path()), 3U);
  EXPECT_EQ(read(place_ / "file"), "in the way");
}

TEST_F(BadOutput, FolderWhereAFileIsWanted) {
  record(place_ / "rec", 10);
  fs::create_directory(place_ / "folder");
  EXPECT_THAT(refused(train(at("folder"))), HasSubstr("folder: is a directory; name a file in it"));
  EXPECT_THAT(refused("circuit show mixed --out " + at("folder/")), HasSubstr("is a directory"));
  EXPECT_THAT(refused(train(at("n.onnx"))), HasSubstr("n.onnx: a trained network is a .pit file; name it so"));
  EXPECT_EQ(entries(place_ / "folder"), 0U);
  EXPECT_EQ(entries(place_.path()), 2U);
}

// A pipe of our own, not /dev/full: tests may run as root, and a program that renames onto a device replaces it.
TEST_F(BadOutput, WhatIsNoFileStaysWhatItIs) {
  ASSERT_EQ(::mkfifo((place_ / "pipe").c_str(), 0600), 0);
  EXPECT_THAT(refused("circuit show mixed --out " + at("pipe")),
              AllOf(HasSubstr("pipe: is not a regular file"), HasSubstr("choose another name")));
  EXPECT_TRUE(fs::is_fifo(place_ / "pipe"));
  EXPECT_EQ(entries(place_.path()), 1U);
}

// IN is broken: OUT is looked at before it.
TEST_F(BadOutput, ConvertLooksAtOutBeforeItReadsIn) {
  write(place_ / "in.pit", "no network");
  fs::create_directory(place_ / "rec");
  fs::create_directory(place_ / "full");
  write(place_ / "full/notes.txt", "mine");
  write(place_ / "file", "mine");
  const std::string missing = (place_ / "missing").string();
  EXPECT_THAT(
      refused("convert " + at("in.pit") + " " + at("missing/out.onnx")),
      HasSubstr("missing/out.onnx: there is no folder " + missing + "; make it first, or choose another place"));
  EXPECT_THAT(refused("convert " + at("in.pit") + " /proc/out.onnx"), HasSubstr("/proc: cannot write"));
  EXPECT_THAT(refused("convert " + at("rec") + " " + at("full")),
              HasSubstr("full: is not empty (it holds notes.txt); choose another directory"));
  EXPECT_THAT(refused("convert " + at("rec") + " " + at("file")),
              HasSubstr("file: is a file, not a directory; choose another name"));
  EXPECT_THAT(refused("convert " + at("rec") + " " + at("file/below")), HasSubstr("file is not a directory"));
  EXPECT_THAT(refused("convert " + at("rec") + " /proc/out"), HasSubstr("pitlane: /proc/out: "));
  EXPECT_THAT(refused("circuit show mixed --out " + at("missing/map.png")), HasSubstr("there is no folder " + missing));
  EXPECT_EQ(entries(place_.path()), 4U);
}

TEST_F(BadOutput, ConvertKeepsWhatAppearedMeanwhile) {
  save_pilotnet(place_ / "in.pit");
  Running run("convert in.pit out.onnx --strategy int_flt_quan", place_.path());  // drives for a while first
  ASSERT_TRUE(run.wait_until([&] { return run.listens(); })) << run.err();
  std::this_thread::sleep_for(std::chrono::milliseconds(500));
  write(place_ / "out.onnx", "of the user");
  const Outcome outcome = run.finish();
  EXPECT_EQ(outcome.code, 2);
  // The second where the program was slow to start.
  EXPECT_THAT(outcome.err, AnyOf(HasSubstr("out.onnx: appeared meanwhile"), HasSubstr("out.onnx: exists already")));
  EXPECT_EQ(read(place_ / "out.onnx"), "of the user");
  EXPECT_EQ(entries(place_.path()), 2U);
}

TEST_F(BadOutput, FullDiskIsToldOnceOfAModel) {
  save_pilotnet(place_ / "in.pit");
  EXPECT_EQ(refused("convert " + at("in.pit") + " " + at("out.onnx"), "ulimit -f 8;"),
            "pitlane: " + (place_ / "out.onnx").string() + ": cannot write: File too large\n");
  EXPECT_EQ(entries(place_.path()), 1U);
}

TEST_F(BadOutput, RecordingsAreNotMixed) {
  record(place_ / "rec", 12);
  EXPECT_THAT(refused("record --frames 3 --out " + at("rec")),
              AllOf(HasSubstr("rec: holds a recording already (recording.json)"), HasSubstr("choose another")));
  EXPECT_EQ(entries(place_ / "rec"), 14U);
}

// A limit on file sizes stands for a disk that fills up: write() fails in the middle. In blocks of 512 or 1024 bytes.
TEST_F(BadOutput, FullDiskLeavesNoNetwork) {
  record(place_ / "rec", 60);
  EXPECT_THAT(refused(train(at("n.pit")), "ulimit -f 2000;"), AllOf(HasSubstr("n.pit"), HasSubstr("File too large")));
  EXPECT_EQ(entries(place_.path()), 1U) << "neither network nor checkpoint, nor a temporary file";
}

TEST_F(BadOutput, FullDiskLeavesNoRecording) {
  EXPECT_THAT(refused("record --whole-frames --frames 20 --out " + at("rec"), "ulimit -f 8;"),
              AllOf(HasSubstr("rec/0.png"), HasSubstr("File too large")));
  EXPECT_EQ(entries(place_.path()), 0U);
}

// Redirected by the shell: the device is opened, never named to the program.
TEST_F(BadOutput, FullDiskUnderTheResultsIsNoSuccess) {
  if (!fs::exists("/dev/full")) GTEST_SKIP() << "this machine has no /dev/full";
  const std::string err = (place_ / "err").string();
  const int status = std::system(("'" + program() + "' strategies >/dev/full 2>'" + err + "'").c_str());
  EXPECT_EQ(WEXITSTATUS(status), 2);
  EXPECT_EQ(read(err),
            "pitlane: standard output: cannot write: No space left on device; the results are not complete\n");
  // A reader that has seen enough is another matter.
  EXPECT_EQ(std::system(("'" + program() + "' strategies 2>'" + err + "' | head -1 >/dev/null").c_str()), 0);
  EXPECT_EQ(read(err), "");
}

TEST_F(BadOutput, FullDiskKeepsTheOldFile) {
  write(place_ / "map.png", "old");
  EXPECT_THAT(refused("circuit show mixed --out " + at("map.png"), "ulimit -f 8;"),
              AllOf(HasSubstr("map.png: cannot write"), HasSubstr("File too large")));
  EXPECT_EQ(read(place_ / "map.png"), "old");
  EXPECT_EQ(entries(place_.path()), 1U);
}

}  // namespace
}  // namespace pitlane::testing
