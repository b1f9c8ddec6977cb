// What each verb prints and leaves behind when all is well.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <nlohmann/json.hpp>

#include "program.h"
#include "sim/test_data.h"

namespace pitlane::testing {
namespace {

namespace fs = std::filesystem;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;
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
                                           "inspect", "replay", "circuit", "circuit show", "circuit import", "manual",
                                           "completion", "perturbations", "study"),
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
  EXPECT_THAT(list.out, StartsWith("alley "));
  EXPECT_THAT(list.out, HasSubstr("(held out)"));
}

TEST(Circuit, ShowWritesAPng) {
  const TemporaryDirectory place;
  ASSERT_EQ(pitlane("circuit show hairpins --width 400 --out '" + (place / "a.png").string() + "'").code, 0);
  EXPECT_EQ(read(place / "a.png").substr(1, 3), "PNG");
}

// The example of docs/formats/circuit.md is a circuit.
TEST(Circuit, DocumentedExampleIsGood) {
  const std::string page = read(fs::path(PITLANE_SOURCE_DIR) / "docs/formats/circuit.md");
  const auto start = page.find("```yaml\n"), end = page.find("```\n", start + 8);
  ASSERT_NE(start, std::string::npos);
  ASSERT_NE(end, std::string::npos);
  const TemporaryDirectory place;
  write(place / "oval.yaml", page.substr(start + 8, end - start - 8));
  const Outcome checked = pitlane("circuit check '" + (place / "oval.yaml").string() + "'");
  EXPECT_EQ(checked.code, 0) << checked.err;
  EXPECT_THAT(checked.out, HasSubstr("oval: good, 110.3 m, smallest radius 8.00 m"));
}

class ImportedLap : public ::testing::TestWithParam<const char*> {};

TEST_P(ImportedLap, CanBeDrivenBothWays) {
  const fs::path bag = test_data(std::string("jderobot/") + GetParam() + ".bag");
  PITLANE_NEEDS_TEST_DATA(bag);
  const TemporaryDirectory place;
  const std::string out = "'" + (place / "lap.yaml").string() + "'";
  const Outcome imported = pitlane("circuit import '" + bag.string() + "' --out " + out);
  ASSERT_EQ(imported.code, 0) << imported.err;
  EXPECT_THAT(imported.out, HasSubstr("held out: record and tune learn from it only where it is named"));
  EXPECT_THAT(read(place / "lap.yaml"), HasSubstr("held_out: true"));
  // How well the expert drives there is tested with the expert.
  const std::string driven = pitlane("drive expert --both --latency none,60ms --json --circuit " + out).out;
  const auto episodes = nlohmann::json::parse(driven)["episodes"];
  EXPECT_EQ(episodes.size(), 4U);
  for (const auto& episode : episodes) {
    EXPECT_EQ(episode["circuit"], GetParam());
    EXPECT_EQ(episode["held_out"], true);
    EXPECT_EQ(episode["completed"], true) << driven;
  }
  // A wider road, a name of its own, free for training.
  const Outcome other = pitlane("circuit import '" + bag.string() +
                                "' --name mine --road-width 3.5 --for-training --overwrite --out " + out);
  ASSERT_EQ(other.code, 0) << other.err;
  EXPECT_THAT(read(place / "lap.yaml"),
              AllOf(HasSubstr("name: \"mine\""), HasSubstr("road_width_m: 3.5"), Not(HasSubstr("held_out"))));
  EXPECT_THAT(refused("circuit import '" + bag.string() + "' --topic /none --overwrite --out " + out),
              HasSubstr("/F1ROS/odom"));
  EXPECT_THAT(refused("circuit import '" + bag.string() + "' --road-width 20 --overwrite --out " + out),
              AllOf(HasSubstr(".bag: --road-width 20 does not fit this lap: "), HasSubstr("overlaps itself")));
}

INSTANTIATE_TEST_SUITE_P(Bags, ImportedLap, ::testing::Values("lap-simple-circuit", "lap-montreal"),
                         [](const auto& tested) { return std::string(tested.param).substr(4, 6); });

TEST(Evaluate, MeasuresAgainstLabels) {
  const TemporaryDirectory place;
  record(place / "rec", 30);
  save_pilotnet(place / "n.pit");
  const Outcome judged =
      pitlane("evaluate '" + (place / "n.pit").string() + "' --data '" + (place / "rec").string() + "' --part all");
  EXPECT_EQ(judged.code, 0) << judged.err;
  EXPECT_THAT(judged.out, AllOf(HasSubstr("30 frames"), HasSubstr("MSE / variance")));
}

TEST(Record, CanLetANetworkDrive) {
  const TemporaryDirectory place;
  save_pilotnet(place / "n.pit");
  record(place / "rec", 20, "--circuit tight --driver '" + (place / "n.pit").string() + "'");
  EXPECT_THAT(read(place / "rec/recording.json"), HasSubstr("\"tight\""));
  EXPECT_EQ(entries(place / "rec"), 22U) << "frames, data.csv and recording.json";
}

TEST(Inspect, ShowsTheNetwork) {
  const TemporaryDirectory place;
  save_pilotnet(place / "a.pit");
  const Outcome shown = pitlane("inspect '" + (place / "a.pit").string() + "'");
  EXPECT_EQ(shown.code, 0);
  EXPECT_THAT(shown.out, AllOf(HasSubstr("conv1"), HasSubstr("1164"), HasSubstr("rad/s")));
}

TEST(Strategies, AreListed) {
  EXPECT_THAT(pitlane("strategies").out,
              AllOf(HasSubstr("baseline"), HasSubstr("prune_quan"), Not(HasSubstr("_control "))));
  EXPECT_THAT(pitlane("strategies --controls").out,
              HasSubstr("quan_aware_control Trained on as quan_aware is, with nothing taken away.\n"));
}

// The start of a real recording of Udacity's simulator: it has four labels, and a network learns the steering.
class TrainOnUdacity : public ::testing::Test {
 protected:
  void SetUp() override {
    const fs::path source = test_data("udacity");
    PITLANE_NEEDS_TEST_DATA(source);
    const std::string log = read(source / "driving_log.csv");
    std::size_t end = 0;
    for (int line = 0; line < 30; ++line) end = log.find('\n', end) + 1;
    const std::string rows = log.substr(0, end);
    write(place_ / "driving_log.csv", rows);
    fs::create_directory(place_ / "IMG");
    for (const auto& picture : fs::directory_iterator(source / "IMG"))
      if (rows.find(picture.path().filename().string()) != std::string::npos)
        fs::copy_file(picture.path(), place_ / "IMG" / picture.path().filename());
  }
  [[nodiscard]] std::string train(const std::string& more) const {
    return "train --data '" + place_.path().string() + "' --network pilotnet-torch --epochs 1 --split blocks:5:5 " +
           "--out '" + (place_ / "my.pit").string() + "' " + more;
  }
  TemporaryDirectory place_;
};

TEST_F(TrainOnUdacity, LearnsTheSteeringAlone) {
  const Outcome trained = pitlane(train("--shift 8 4 --shift-steering 0.004"));
  EXPECT_EQ(trained.code, 0) << trained.err;
  const Outcome inspected = pitlane("inspect '" + (place_ / "my.pit").string() + "'");
  EXPECT_THAT(inspected.out, AllOf(HasSubstr("steering"), Not(HasSubstr("throttle"))));
}

TEST_F(TrainOnUdacity, LearnsWhatOutputsNames) {
  EXPECT_EQ(pitlane(train("--outputs throttle steering")).code, 0);
  const Outcome inspected = pitlane("inspect '" + (place_ / "my.pit").string() + "'");
  EXPECT_THAT(inspected.out, AllOf(HasSubstr("steering"), HasSubstr("throttle")));
}

TEST_F(TrainOnUdacity, RefusesALabelThatIsNotThere) {
  EXPECT_THAT(refused(train("--outputs w")), AllOf(HasSubstr("has no label 'w'"), HasSubstr("steering, throttle")));
  EXPECT_FALSE(fs::exists(place_ / "my.pit"));
}

}  // namespace
}  // namespace pitlane::testing
