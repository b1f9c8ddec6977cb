// What each verb prints and leaves behind when all is well.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "pitlane/network/pit_file.h"
#include "program.h"

namespace pitlane::testing {
namespace {

namespace fs = std::filesystem;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::StartsWith;

class Help : public ::testing::TestWithParam<const char*> {};

TEST_P(Help, SaysWhatTheVerbDoesAndSucceeds) {
  const Outcome help = pitlane(std::string(GetParam()) + " --help");
  EXPECT_EQ(help.code, 0);
  EXPECT_THAT(help.out, AllOf(HasSubstr("Usage: pitlane"), HasSubstr(GetParam())));
  EXPECT_EQ(help.err, "");
}

INSTANTIATE_TEST_SUITE_P(Verbs, Help,
                         ::testing::Values("record", "train", "tune", "strategies", "evaluate", "bench", "drive",
                                           "inspect", "circuit", "circuit show", "circuit import"),
                         [](const auto& tested) {
                           std::string name = tested.param;
                           for (char& c : name)
                             if (c == ' ') c = '_';
                           return name;
                         });

TEST(Program, ListsItsVerbsAndExitCodes) {
  const Outcome help = pitlane("--help");
  EXPECT_EQ(help.code, 0);
  EXPECT_THAT(help.out, AllOf(HasSubstr("tune"), HasSubstr("130 interrupted")));
  EXPECT_THAT(pitlane("--version").out, AllOf(StartsWith("pitlane "), HasSubstr("scalar")));
}

TEST(Circuit, ListIsOneALineNameFirst) {
  const Outcome list = pitlane("circuit list");
  EXPECT_EQ(list.code, 0);
  EXPECT_THAT(list.out, StartsWith("chicane "));
  EXPECT_THAT(list.out, HasSubstr("(held out)"));
}

TEST(Circuit, ShowWritesAPng) {
  const TemporaryDirectory place;
  ASSERT_EQ(pitlane("circuit show hairpins --width 400 --out '" + (place / "a.png").string() + "'").code, 0);
  EXPECT_EQ(read(place / "a.png").substr(1, 3), "PNG");
}

TEST(Circuit, ImportedLapCanBeDriven) {
  const char* data = std::getenv("PITLANE_TEST_DATA");
  const fs::path bag =
      fs::path(data != nullptr ? data : PITLANE_SOURCE_DIR "/../shared/data") / "jderobot/lap-simple-circuit.bag";
  if (!fs::exists(bag)) GTEST_SKIP() << bag << " is not there; PITLANE_TEST_DATA names the folder";
  const TemporaryDirectory place;
  const std::string out = (place / "lap.yaml").string();
  const Outcome imported = pitlane("circuit import '" + bag.string() + "' --out '" + out + "'");
  ASSERT_EQ(imported.code, 0) << imported.err;
  EXPECT_THAT(imported.out, HasSubstr("held out from training"));
  const Outcome driven = pitlane("drive expert --both --circuit '" + out + "'");
  EXPECT_EQ(driven.code, 0) << driven.err;
  EXPECT_THAT(driven.out, AllOf(HasSubstr("lap-simple-circuit*"), HasSubstr("completed")));
}

TEST(Train, RemembersTheCircuitsOfItsRecording) {
  const TemporaryDirectory place;
  const std::string rec = (place / "rec").string(), net = (place / "n.pit").string();
  ASSERT_EQ(pitlane("record --circuit mixed --frames 120 --out '" + rec + "'").code, 0);
  const Outcome trained = pitlane("train --network pilotnet-torch --epochs 1 --data '" + rec + "' --out '" + net + "'");
  ASSERT_EQ(trained.code, 0) << trained.err;
  EXPECT_EQ(load_pit(net)->metadata.at("circuits"), "mixed");
  EXPECT_FALSE(fs::exists(net + ".checkpoint"));
  const Outcome driven = pitlane("drive '" + net + "' --circuit mixed --circuit tight --timeout 1");
  EXPECT_THAT(driven.out, AllOf(HasSubstr("mixed "), HasSubstr("tight* ")));
  const Outcome judged = pitlane("evaluate '" + net + "' --data '" + rec + "'");
  EXPECT_THAT(judged.out, HasSubstr("MSE / variance"));
  // Trained on, with what it drove itself.
  const std::string own = (place / "own").string(), more = (place / "more.pit").string();
  ASSERT_EQ(pitlane("record --circuit tight --driver '" + net + "' --frames 60 --out '" + own + "'").code, 0);
  const Outcome again =
      pitlane("train --from '" + net + "' --epochs 1 --data '" + rec + "' '" + own + "' --out '" + more + "'");
  ASSERT_EQ(again.code, 0) << again.err;
  EXPECT_EQ(load_pit(more)->metadata.at("circuits"), "mixed,tight");
}

TEST(Inspect, ShowsTheNetwork) {
  const TemporaryDirectory place;
  save_pilotnet(place / "a.pit");
  const Outcome shown = pitlane("inspect '" + (place / "a.pit").string() + "'");
  EXPECT_EQ(shown.code, 0);
  EXPECT_THAT(shown.out, AllOf(HasSubstr("conv1"), HasSubstr("1164"), HasSubstr("rad/s")));
}

TEST(Strategies, AreListed) {
  EXPECT_THAT(pitlane("strategies").out, AllOf(HasSubstr("baseline"), HasSubstr("prune_quan")));
}

}  // namespace
}  // namespace pitlane::testing
