#include "pitlane/study/study_spec.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "temporary_directory.h"

namespace pitlane {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr const char* kHead = "format: pitlane-study\nversion: 1\n";

class StudySpecTest : public ::testing::Test {
 protected:
  void SetUp() override {
    for (const char* name : {"a.pit", "b.pit", "robot.txt", "model.h5"}) std::ofstream(place_ / name) << "1\n";
  }
  /// Begins in line 3.
  [[nodiscard]] Result<StudySpec> parse(const std::string& body) const {
    return parse_study(kHead + body, "s.yaml", place_.path());
  }
  [[nodiscard]] std::string refused(const std::string& body) const {
    const auto spec = parse(body);
    return spec.ok() ? "it was taken" : spec.error().message();
  }
  [[nodiscard]] std::string path(const std::string& name) const { return (place_ / name).string(); }
  TemporaryDirectory place_;
};

TEST_F(StudySpecTest, SaysEverything) {
  const auto spec = parse(R"(name: all of it
description: words
networks:
  - a.pit
  - {model: b.pit, name: second}
  - expert
runtimes:
  - pitlane
  - {engine: pitlane, isa: scalar}
circuits: [tight, sub/my.yaml]
directions: [reverse, forward]
latencies:
  - none
  - 0.06s
  - measured
  - {profile: robot.txt, factor: 2.5}
perturbations: [none, "noise 3"]
repetitions: 5
laps: 2
seed: 18446744073709541615
timeout_s: 12.5
off_road_limit_m: 6.5
vehicle: steering:8:0.5
)");
  ASSERT_TRUE(spec.ok()) << spec.error().message();
  EXPECT_EQ(spec->name, "all of it");
  ASSERT_EQ(spec->networks.size(), 3U);
  EXPECT_EQ(spec->networks[0].model, path("a.pit"));
  EXPECT_EQ(spec->networks[0].name, "a");
  EXPECT_EQ(spec->networks[1].name, "second");
  EXPECT_EQ(spec->networks[1].line, 7);
  EXPECT_EQ(spec->networks[2].model, "expert");
  ASSERT_EQ(spec->runtimes.size(), 2U);
  EXPECT_EQ(spec->runtimes[1].isa, "scalar");
  EXPECT_EQ(spec->circuits[0].text, "tight");
  EXPECT_EQ(spec->circuits[1].text, path("sub/my.yaml")) << "a path begins at the study's folder";
  EXPECT_THAT(spec->directions, ElementsAre(true, false));
  ASSERT_EQ(spec->latencies.size(), 4U);
  EXPECT_EQ(spec->latencies[1].text, "60ms");
  EXPECT_EQ(spec->latencies[2].text, "measured");
  EXPECT_EQ(spec->latencies[3].profile, path("robot.txt"));
  EXPECT_EQ(spec->latencies[3].factor, 2.5);
  EXPECT_EQ(spec->perturbations[1].text, "noise 3");
  EXPECT_EQ(spec->repetitions, 5);
  EXPECT_EQ(spec->laps, 2);
  EXPECT_EQ(spec->seed, 18446744073709541615U);
  EXPECT_EQ(spec->timeout_s, 12.5);
  EXPECT_EQ(spec->off_road_limit_m, 6.5);
  EXPECT_EQ(spec->vehicle, "steering:8:0.5");
  EXPECT_TRUE(spec->ignored.empty());
}

TEST_F(StudySpecTest, LeavesOutWhatHasADefault) {
  const auto spec = parse("networks: expert\n");
  ASSERT_TRUE(spec.ok()) << spec.error().message();
  EXPECT_EQ(spec->networks.size(), 1U);
  EXPECT_TRUE(spec->circuits.empty());
  EXPECT_THAT(spec->directions, ElementsAre(false));
  ASSERT_EQ(spec->latencies.size(), 1U);
  EXPECT_EQ(spec->latencies[0].text, "none");
  ASSERT_EQ(spec->perturbations.size(), 1U);
  EXPECT_EQ(spec->perturbations[0].text, "none");
  EXPECT_EQ(spec->repetitions, 1);
}

TEST_F(StudySpecTest, RefusesKeysAndValuesWithTheirLine) {
  const std::string good = "networks: [expert]\n";
  EXPECT_EQ(refused(good + "latencys: none\n"),
            "s.yaml:4: unknown key 'latencys' in the study; did you mean 'latencies'?");
  EXPECT_THAT(refused(good + "colour: red\n"),
              AllOf(HasSubstr("s.yaml:4: unknown key 'colour' in the study; the keys are circuits, description,"),
                    HasSubstr("vehicle, version")));
  EXPECT_EQ(refused(good + "laps: 1\nlaps: 2\n"), "s.yaml:5: key 'laps' stands twice in the study; keep one");
  EXPECT_EQ(refused(good + "laps: many\n"), "s.yaml:4: laps must be a whole number from 1 to 1000, not 'many'");
  EXPECT_EQ(refused(good + "laps: 0\n"), "s.yaml:4: laps must be a whole number from 1 to 1000, not '0'");
  EXPECT_EQ(refused(good + "laps: 1.5\n"), "s.yaml:4: laps must be a whole number from 1 to 1000, not '1.5'");
  EXPECT_EQ(refused(good + "laps: [1]\n"), "s.yaml:4: laps must be a whole number from 1 to 1000, not a list");
  EXPECT_EQ(refused(good + "repetitions: 10001\n"),
            "s.yaml:4: repetitions must be a whole number from 1 to 10000, not '10001'");
  EXPECT_EQ(refused(good + "seed: -1\n"),
            "s.yaml:4: seed must be a whole number from 0 to 18446744073709541615, not '-1'");
  for (const char* value : {"0", "nan", "inf", "1e9", "soon"})
    EXPECT_THAT(refused(good + "timeout_s: " + value + "\n"),
                HasSubstr("s.yaml:4: timeout_s must be a number from 1 to 100000, not '"))
        << value;
  for (const char* value : {"0", "0.4", "101", "-3", "nan", "wide"})
    EXPECT_EQ(refused(good + "off_road_limit_m: " + value + "\n"),
              "s.yaml:4: off_road_limit_m must be a number from 0.5 to 100, not '" + std::string(value) + "'");
  EXPECT_EQ(refused(good + "name: {a: b}\n"), "s.yaml:4: name must be a text, not a map");
  EXPECT_EQ(refused(good + "name:\n"), "s.yaml:4: name has no value; give one, or leave the line out");
  EXPECT_EQ(refused("networks: []\n"), "s.yaml:3: networks is an empty list; name at least one, or leave the key out");
}

TEST_F(StudySpecTest, RefusesWhatItCannotFind) {
  EXPECT_THAT(refused("networks:\n  - a.pit\n  - c.pit\n"),
              AllOf(HasSubstr("s.yaml:5: network 'c.pit': no such file ("), HasSubstr(path("c.pit")),
                    HasSubstr("paths begin at the study's folder")));
  EXPECT_THAT(refused("networks: [a.pit]\nlatencies:\n  - {profile: gone.txt}\n"),
              HasSubstr("s.yaml:5: latency profile 'gone.txt': no such file ("));
  EXPECT_EQ(refused("networks:\n  - {name: x}\n"), "s.yaml:4: a network needs 'model:', a file's path");
  EXPECT_EQ(refused("networks: [a.pit]\nruntimes: [openvino]\n"),
            "s.yaml:4: there is no runtime 'openvino'; there are pitlane, onnxruntime, litert and keras");
  EXPECT_EQ(refused("networks: [a.pit]\ndirections: [forward, back]\n"),
            "s.yaml:4: there is no direction 'back'; there are forward and reverse");
  EXPECT_THAT(refused("networks: [a.pit]\nlatencies: [none, 60]\n"),
              AllOf(HasSubstr("s.yaml:4: latency '60' is not understood"), HasSubstr("or measured")));
}

TEST_F(StudySpecTest, ReadsRuntimesOfOthers) {
  const auto spec = parse(R"(networks: [a.pit]
runtimes:
  - litert
  - {engine: onnxruntime, python: venv/bin/python, limit_s: 2.5}
  - {engine: onnxruntime, python: python3.12}
  - onnxruntime
)");
  ASSERT_TRUE(spec.ok()) << spec.error().message();
  ASSERT_EQ(spec->runtimes.size(), 4U);
  EXPECT_EQ(spec->runtimes[0].engine, "litert");
  EXPECT_EQ(spec->runtimes[0].limit_s, 120);
  EXPECT_EQ(spec->runtimes[0].line, 5);
  EXPECT_EQ(spec->runtimes[1].python, path("venv/bin/python")) << "a path begins at the study's folder";
  EXPECT_EQ(spec->runtimes[1].python_line, 6);
  EXPECT_EQ(spec->runtimes[1].limit_s, 2.5);
  EXPECT_EQ(spec->runtimes[2].python, "python3.12") << "a name is looked for on PATH";
  EXPECT_EQ(spec->runtimes[3].python, "");
}

TEST_F(StudySpecTest, RefusesKeysOfOtherRuntimes) {
  const std::string good = "networks: [a.pit]\nruntimes:\n";
  EXPECT_EQ(refused(good + "  - {engine: litert, isa: avx2}\n"),
            "s.yaml:5: isa: says nothing about the engine litert; leave it out");
  EXPECT_EQ(refused(good + "  - engine: pitlane\n    python: python3\n"),
            "s.yaml:6: python: says nothing about the engine pitlane; leave it out");
  EXPECT_EQ(refused(good + "  - {limit_s: 3}\n"),
            "s.yaml:5: limit_s: says nothing about the engine pitlane; leave it out");
  EXPECT_EQ(refused(good + "  - {engine: keras, limit_s: 1e9}\n"),
            "s.yaml:5: limit_s must be a number from 0.1 to 86400, not '1e9'");
  EXPECT_EQ(refused(good + "  - {engine: keras, pyton: p}\n"),
            "s.yaml:5: unknown key 'pyton' in a runtime; did you mean 'python'?");
  EXPECT_EQ(refused(good + "  - {engine: keras, python: p}\n  - {python: p, engine: keras}\n"),
            "s.yaml:6: runtime 'keras' is listed twice; keep one");
}

TEST_F(StudySpecTest, RefusesTheSameTwice) {
  EXPECT_EQ(
      refused("networks:\n  - a.pit\n  - ./a.pit\n"),
      "s.yaml:5: a second network is called 'a' (the first stands in line 4); give one another name with 'name:'");
  const std::string good = "networks: [expert]\n";
  EXPECT_EQ(refused(good + "circuits: [tight, tight]\n"), "s.yaml:4: circuit 'tight' is listed twice; keep one");
  EXPECT_EQ(refused(good + "directions: [reverse, reverse]\n"),
            "s.yaml:4: direction 'reverse' is listed twice; keep one");
  EXPECT_EQ(refused(good + "latencies: [60ms, 0.06s]\n"), "s.yaml:4: latency '60ms' is listed twice; keep one");
  EXPECT_EQ(refused(good + "runtimes: [pitlane, pitlane]\n"), "s.yaml:4: runtime 'pitlane' is listed twice; keep one");
  EXPECT_EQ(refused(good + "perturbations: [none, none]\n"), "s.yaml:4: perturbation 'none' is listed twice; keep one");
}

TEST_F(StudySpecTest, RefusesAGridThatNobodyFinishes) {
  std::string circuits = "circuits: [c0";
  for (int i = 1; i < 101; ++i) circuits += ", c" + std::to_string(i);
  const std::string body = "networks: [expert]\nrepetitions: 10000\n";
  EXPECT_EQ(refused(body + circuits + "]\n"), "s.yaml: is a grid of more than a million drives; split the study");
  EXPECT_TRUE(parse(body).ok());
}

TEST_F(StudySpecTest, RefusesOtherFiles) {
  const auto message = [&](const std::string& text) {
    const auto spec = parse_study(text, "s.yaml", place_.path());
    return spec.ok() ? "it was taken" : spec.error().message();
  };
  EXPECT_THAT(message("networks: [expert]\n"), HasSubstr("is no study: 'format: pitlane-study' is missing"));
  EXPECT_THAT(message("format: pitlane-study\nnetworks: [expert]\n"),
              HasSubstr("'version: 1' of the format is missing"));
  EXPECT_EQ(message("format: pitlane-study\nversion: 2\n"),
            "s.yaml:2: version must be a whole number from 1 to 1, not '2'");
  EXPECT_THAT(message(std::string(kHead)), HasSubstr("names no networks; list some under 'networks:'"));
  EXPECT_THAT(message("a: [1, 2\n"), AllOf(HasSubstr("s.yaml:"), HasSubstr("not YAML")));
  EXPECT_THAT(message(""), HasSubstr("s.yaml"));
  EXPECT_THAT(message("just words"), HasSubstr("must be a list of 'key: value' lines, not 'just words'"));
  EXPECT_THAT(message(std::string(100000, '[')), HasSubstr("nest too deep"));
}

constexpr const char* kBehaviorMetrics = R"(Behaviors:
  Robot:
    Sensors:
      Cameras:
        Camera_0: {Name: camera_0, Topic: /F1ROS/cameraL/image_raw}
    Actuators:
      Motors:
        Motors_0: {Name: motors_0, Topic: /F1ROS/cmd_vel, MaxV: 3, MaxW: 0.3}
    BrainPath: ['brains/f1/brain_f1_keras.py']
    PilotTimeCycle: 100
    Parameters:
      Model: ['model.h5']
      ImageCropped: True
      ImageSize: [100, 50]
      UseOptimized: False
    Type: f1
Experiment:
  Name: Simple circuit
  Timeout: [30, 60]
  Repetitions: 4
Simulation:
  World: [worlds/tight.launch, worlds/mixed.launch]
Stats:
  Out: ./
  PerfectLap: [lap.bag]
)";

TEST_F(StudySpecTest, ReadsBehaviorMetricsAndSaysWhatItIgnores) {
  const auto spec = parse_study(kBehaviorMetrics, "bm.yml", place_.path());
  ASSERT_TRUE(spec.ok()) << spec.error().message();
  EXPECT_EQ(spec->name, "Simple circuit");
  ASSERT_EQ(spec->networks.size(), 1U);
  EXPECT_EQ(spec->networks[0].model, path("model.h5"));
  EXPECT_EQ(spec->networks[0].line, 12);
  ASSERT_EQ(spec->circuits.size(), 2U);
  EXPECT_EQ(spec->circuits[0].text, "tight");
  EXPECT_EQ(spec->repetitions, 4);
  EXPECT_EQ(spec->timeout_s, 60);
  EXPECT_THAT(
      spec->ignored,
      ElementsAre("line 4: Behaviors.Robot.Sensors is ignored: the simulator has one car, with one camera, that takes "
                  "speed and turn rate",
                  HasSubstr("line 7: Behaviors.Robot.Actuators is ignored"),
                  HasSubstr("line 9: Behaviors.Robot.BrainPath is ignored: a model drives by itself"),
                  HasSubstr("line 10: Behaviors.Robot.PilotTimeCycle is ignored: every network sees the camera's 20 "),
                  HasSubstr("line 13: Behaviors.Robot.Parameters.ImageCropped is ignored: the model's file says"),
                  HasSubstr("line 14: Behaviors.Robot.Parameters.ImageSize is ignored"),
                  HasSubstr("line 15: Behaviors.Robot.Parameters.UseOptimized is ignored"),
                  HasSubstr("line 16: Behaviors.Robot.Type is ignored"),
                  HasSubstr("line 19: Experiment.Timeout is ignored: circuits have one timeout together"),
                  HasSubstr("line 24: Stats.Out is ignored: --out and --store say where results go")));
  ASSERT_EQ(spec->perfect_laps.size(), 1U) << "one lap for two worlds";
  EXPECT_EQ(spec->perfect_laps.at("tight").text, path("lap.bag"));
  EXPECT_EQ(spec->perfect_laps.at("tight").line, 25);
}

TEST_F(StudySpecTest, WithoutAModelTheLineFollowerDrives) {
  const auto spec =
      parse_study("Behaviors:\n  Robot:\n    BrainPath: brains/f1/brain_f1_opencv.py\n", "bm.yml", place_.path());
  ASSERT_TRUE(spec.ok()) << spec.error().message();
  EXPECT_EQ(spec->networks[0].model, "line-follower");
  const auto gone =
      parse_study("Behaviors:\n  Robot:\n    Parameters:\n      Model: gone.h5\n", "bm.yml", place_.path());
  ASSERT_FALSE(gone.ok());
  EXPECT_THAT(gone.error().message(), HasSubstr("bm.yml:4: network 'gone.h5': no such file"));
}

TEST_F(StudySpecTest, AModelThatIsNotThereLeavesTheOthers) {
  const std::string robot =
      "Behaviors:\n  Robot:\n    BrainPath: [brains/f1/brain_f1_keras.py, b/brain_f1_opencv.py]\n";
  const auto spec = parse_study(robot + "    Parameters:\n      Model: [gone.h5, model.h5]\n", "bm.yml", place_.path());
  ASSERT_TRUE(spec.ok()) << spec.error().message();
  ASSERT_EQ(spec->networks.size(), 2U) << "the explicit brain drives beside the model";
  EXPECT_EQ(spec->networks[0].model, "line-follower");
  EXPECT_EQ(spec->networks[0].line, 3);
  EXPECT_EQ(spec->networks[1].model, path("model.h5"));
  EXPECT_THAT(spec->ignored, ElementsAre(HasSubstr("line 3: Behaviors.Robot.BrainPath is ignored: a model drives"),
                                         HasSubstr("line 5: Behaviors.Robot.Parameters.Model 'gone.h5' is ignored: "
                                                   "there is no such file (" +
                                                   path("gone.h5"))));
}

TEST_F(StudySpecTest, AModelOfBehaviorMetricsMayBeADriverOfOurs) {
  const std::string robot = "Behaviors:\n  Robot:\n    Parameters:\n      Model: ";
  const auto spec = parse_study(robot + "[line-follower, expert, model.h5]\n", "bm.yml", place_.path());
  ASSERT_TRUE(spec.ok()) << spec.error().message();
  ASSERT_EQ(spec->networks.size(), 3U);
  EXPECT_EQ(spec->networks[0].model, "line-follower");
  EXPECT_EQ(spec->networks[1].model, "expert");
  EXPECT_THAT(spec->ignored, ElementsAre());
  const auto twice = parse_study(robot + "[expert, line-follower, expert]\n    BrainPath: [a_opencv.py, b_opencv.py]\n",
                                 "bm.yml", place_.path());
  ASSERT_TRUE(twice.ok()) << twice.error().message();
  EXPECT_EQ(twice->networks.size(), 2U);
  EXPECT_THAT(twice->ignored,
              ElementsAre("line 4: Behaviors.Robot.Parameters.Model is ignored: expert drives already (line 4)",
                          "line 5: Behaviors.Robot.BrainPath is ignored: line-follower drives already (line 4)",
                          "line 5: Behaviors.Robot.BrainPath is ignored: line-follower drives already (line 4)"));
}

// The example of the format's page is a study.
TEST_F(StudySpecTest, ReadsTheExampleOfThePage) {
  std::ifstream page(PITLANE_SOURCE_DIR "/docs/formats/study.md");
  std::stringstream text;
  text << page.rdbuf();
  const std::string all = text.str(), open = "```yaml\n";
  const auto begin = all.find(open);
  ASSERT_NE(begin, std::string::npos);
  const std::string example =
      all.substr(begin + open.size(), all.find("```", begin + open.size()) - begin - open.size());
  for (const char* name : {"baseline.pit", "int8.pit", "jetson.txt"}) std::ofstream(place_ / name) << "1\n";
  const auto spec = parse_study(example, "study.yaml", place_.path());
  ASSERT_TRUE(spec.ok()) << spec.error().message();
  EXPECT_EQ(spec->networks.size(), 4U);
  EXPECT_GE(spec->latencies.size(), 4U);
  EXPECT_EQ(spec->repetitions, 5);
}

}  // namespace
}  // namespace pitlane
