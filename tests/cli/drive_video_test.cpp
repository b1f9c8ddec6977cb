// drive --video, and the video in the page of drive --report.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <csignal>
#include <filesystem>
#include <string>
#include <thread>
#include <vector>

#include "pitlane/cli/drive_film.h"
#include "pitlane/cli/video_output.h"
#include "pitlane/video/mp4_encoder.h"
#include "program.h"
#include "video/needs_encoder.h"

namespace pitlane::testing {
namespace {

namespace fs = std::filesystem;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::MatchesRegex;
using ::testing::Not;

class DriveVideo : public InAFolder {
 protected:
  void SetUp() override { need_encoder(); }
};

const std::string kShort = "drive expert line-follower --circuit tight --timeout 2";

TEST_F(DriveVideo, IsOneFileOfTheSameBytesEachTime) {
  const Outcome outcome = pitlane(kShort + " --video " + at("a.mp4"));
  EXPECT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_THAT(outcome.err, MatchesRegex(".*a\\.mp4: 3\\.5 s, 1280x720, [0-9.]+ .B\n"));
  EXPECT_THAT(outcome.out, HasSubstr("line-follower"));
  const std::string first = read(place_ / "a.mp4");
  EXPECT_EQ(first.substr(4, 4), "ftyp");
  EXPECT_EQ(entries(place_.path()), 1U);
  EXPECT_EQ(pitlane(kShort + " --video " + at("b.mp4")).code, 0);
  EXPECT_EQ(read(place_ / "b.mp4") == first, true) << "one seed gives the same bytes";
  EXPECT_EQ(pitlane(kShort + " --seed 2 --video " + at("b.mp4")).code, 0);
  EXPECT_EQ(read(place_ / "b.mp4") == first, false);
}

TEST_F(DriveVideo, OfAStudyIsOnItsPage) {
  write(place_ / "s.yaml",
        "format: pitlane-study\nversion: 1\nname: two\nnetworks: [line-follower, expert]\ncircuits: [tight]\n"
        "timeout_s: 2\n");
  const std::string study = "study run " + at("s.yaml") + " --out " + at("out");
  const Outcome outcome = pitlane(study + " --video --no-timing");
  EXPECT_EQ(outcome.code, 0) << outcome.err;
  const std::string page = read(place_ / "out/study.html");
  EXPECT_THAT(page, AllOf(HasSubstr("line-follower beside expert"), HasSubstr("data:video/mp4;base64,"),
                          HasSubstr("--out results --video")));
  EXPECT_EQ(pitlane("study export " + at("s.yaml") + " --video --no-timing --out " + at("again")).code, 0);
  EXPECT_TRUE(read(place_ / "again/study.html") == page) << "one seed gives the same bytes";
  EXPECT_EQ(pitlane(study).code, 0);
  EXPECT_THAT(read(place_ / "out/study.html"), Not(HasSubstr("data:video")));
  EXPECT_THAT(refused("study run " + at("s.yaml") + " --video"), HasSubstr("--video: the video is part of the page"));
}

// Beside the name of the file the numbers are the same with and without a video.
TEST_F(DriveVideo, ChangesNoDrive) {
  const std::string drive = "drive expert --circuit tight --timeout 2 --json";
  const auto untimed = [](const Outcome& outcome) { return outcome.out.substr(0, outcome.out.find("\"timing\"")); };
  EXPECT_EQ(untimed(pitlane(drive)), untimed(pitlane(drive + " --video " + at("a.mp4"))));
  EXPECT_TRUE(fs::exists(place_ / "a.mp4"));
}

TEST_F(DriveVideo, PlacesThatCannotBeAreRefusedBeforeTheDrive) {
  EXPECT_THAT(refused(kShort + " --video " + at("a.avi")),
              HasSubstr("a video is an MP4 file; let its name end in .mp4"));
  EXPECT_THAT(refused(kShort + " --video " + at("no/a.mp4")), HasSubstr("there is no folder"));
  fs::create_directory(place_ / "folder.mp4");
  EXPECT_THAT(refused(kShort + " --video " + at("folder.mp4")), HasSubstr("is a directory"));
  EXPECT_THAT(refused(kShort + " --video " + at("a.mp4") + " --report " + at("a.mp4")),
              HasSubstr("is the page of --report and would be replaced"));
  EXPECT_THAT(refused(kShort + " --no-video"), HasSubstr("--no-video: is about the page of --report"));
}

TEST_F(DriveVideo, FullDiskKeepsTheOldFile) {
  write(place_ / "a.mp4", "old");
  const Outcome outcome = pitlane(kShort + " --video " + at("a.mp4"), "ulimit -f 8;");
  EXPECT_EQ(outcome.code, 2);
  EXPECT_THAT(outcome.err, HasSubstr("a.mp4: cannot write: File too large"));
  EXPECT_EQ(read(place_ / "a.mp4"), "old");
  EXPECT_EQ(entries(place_.path()), 1U);
}

TEST_F(DriveVideo, CtrlCLeavesNoFile) {
  // Six minutes of video: they take a minute or more to encode, the drive a tenth of a second.
  Running run("drive expert --circuit tight --laps 10 --timeout 360 --video a.mp4", place_.path());
  ASSERT_TRUE(run.wait_until([&] { return run.listens(); }));
  std::this_thread::sleep_for(std::chrono::seconds(2));
  run.send(SIGINT);
  const Outcome outcome = run.finish();
  EXPECT_EQ(outcome.code, 130) << outcome.err;
  EXPECT_THAT(outcome.err, HasSubstr("pitlane: interrupted; the drives are complete, the video is not written"));
  EXPECT_EQ(entries(place_.path()), 0U);
}

// As on a machine without FFmpeg's libraries: the program alone, without what stands beside it.
TEST_F(DriveVideo, WithoutTheEncoderTheRemedyIsNamed) {
  fs::copy_file(program(), place_ / "pitlane");
  const Outcome outcome = run(at("pitlane") + " " + kShort + " --video " + at("a.mp4"));
  EXPECT_EQ(outcome.code, 2);
  EXPECT_EQ(outcome.out, "") << "said before the drive";
  EXPECT_EQ(outcome.err,
            "pitlane: --video: a video needs libavcodec, libavformat and libswscale, and there is no "
            "libpitlane_mp4.so beside the program; install libavcodec-dev, libavformat-dev and libswscale-dev, and "
            "build again\n");
  const Outcome page = run(at("pitlane") + " " + kShort + " --report " + at("r.html"));
  EXPECT_EQ(page.code, 0) << page.err;
  EXPECT_THAT(read(place_ / "r.html"), HasSubstr("No video: a video needs libavcodec"));
}

TEST_F(DriveVideo, StandsInThePageUnlessLeftOut) {
  EXPECT_EQ(pitlane(kShort + " --report " + at("r.html")).code, 0);
  const std::string page = read(place_ / "r.html");
  EXPECT_THAT(page, AllOf(HasSubstr("expert beside line-follower"), HasSubstr("src=\"data:video/mp4;base64,AAAA"),
                          HasSubstr("tight, forward; 4 s, in simulated time; 960x540, ")));
  EXPECT_LT(page.size(), 3'000'000U);
  EXPECT_EQ(pitlane(kShort + " --no-video --report " + at("r.html")).code, 0);
  EXPECT_THAT(read(place_ / "r.html"), Not(HasSubstr("<video")));
}

// --- Which drives stand side by side ---

struct Place {
  std::size_t model, perturbation, course;
  std::string latency;
  bool completed = true;
};

std::vector<cli::ShownDrive> shown(const std::vector<Place>& places) {
  std::vector<cli::ShownDrive> drives;
  for (const Place& p : places) {
    cli::ShownDrive drive;
    drive.model = p.model, drive.perturbation = p.perturbation, drive.course = p.course, drive.latency = p.latency;
    drive.drive.network = std::to_string(drives.size());
    drive.drive.result.completed = p.completed;
    drives.push_back(std::move(drive));
  }
  return drives;
}

// "01 2": the drives 0 and 1 side by side, then 2 alone.
std::string named(const std::vector<FilmScene>& scenes) {
  std::string out;
  for (const FilmScene& scene : scenes) {
    if (!out.empty()) out += " ";
    for (const FilmedDrive* drive : scene.drives) out += drive->network;
  }
  return out;
}

std::string scenes_of(const std::vector<Place>& places) {
  const std::vector<cli::ShownDrive> drives = shown(places);
  return named(cli::film_scenes(drives));
}

TEST(FilmScenes, OneNetworkOnSeveralCircuitsDrivesAlone) {
  EXPECT_EQ(scenes_of({}), "");
  EXPECT_EQ(scenes_of({{0, 0, 0, "none"}}), "0");
  EXPECT_EQ(scenes_of({{0, 0, 0, "none"}, {0, 0, 1, "none"}}), "0 1");
}

TEST(FilmScenes, TheFirstNetworkIsBesideEachOther) {
  EXPECT_EQ(scenes_of({{0, 0, 0, "none"}, {1, 0, 0, "none"}}), "01");
  // As drive drives them: model, perturbation, course, latency.
  EXPECT_EQ(scenes_of({{0, 0, 0, "none"},
                       {0, 0, 0, "60ms"},
                       {0, 0, 1, "none"},
                       {0, 0, 1, "60ms"},
                       {1, 0, 0, "none"},
                       {1, 0, 0, "60ms"},
                       {1, 0, 1, "none"},
                       {1, 0, 1, "60ms"},
                       {2, 0, 0, "none"}}),
            "04 08 15 26 37");
}

TEST(FilmScenes, OfOneNetworkPerturbationsThenLatencies) {
  EXPECT_EQ(scenes_of({{0, 0, 0, "none"}, {0, 0, 0, "60ms"}, {0, 1, 0, "none"}, {0, 1, 0, "60ms"}}), "02 13");
  EXPECT_EQ(scenes_of({{0, 0, 0, "none"}, {0, 0, 1, "none"}, {0, 0, 0, "20ms"}, {0, 0, 1, "20ms"}, {0, 0, 0, "40ms"}}),
            "02 04 13");
}

TEST(FilmScenes, WhoHasNobodyBesideItIsAlone) {
  EXPECT_EQ(scenes_of({{0, 0, 0, "none"}, {0, 0, 0, "5ms"}, {1, 0, 0, "none"}, {1, 0, 0, "10ms"}}), "02 1 3");
}

TEST(FilmScenes, ThePageShowsAFailureWhereThereIsOne) {
  const auto page = [](const std::vector<Place>& places) {
    const std::vector<cli::ShownDrive> drives = shown(places);
    return named({cli::page_scene(cli::film_scenes(drives))});
  };
  EXPECT_EQ(page({{0, 0, 0, "none"}, {0, 0, 1, "none"}}), "0");
  EXPECT_EQ(page({{0, 0, 0, "none"}, {0, 0, 1, "none", false}, {0, 0, 2, "none", false}}), "1");
}

}  // namespace
}  // namespace pitlane::testing
