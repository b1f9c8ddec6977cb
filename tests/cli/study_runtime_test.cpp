// Other runtimes in studies: made-up ones that misbehave, and the real ones.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>

#include "fake_python.h"
#include "frameworks.h"
#include "program.h"

namespace pitlane::testing {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using ::testing::AllOf;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr const char* kStudyHead =
    "format: pitlane-study\nversion: 1\nnetworks: [net.pit, expert]\ncircuits: [mixed]\ntimeout_s: 2\nrepetitions: 2\n";

class StudyRuntime : public InAFolder {
 protected:
  void SetUp() override {
    save_pilotnet(place_ / "net.pit");
    python(kSteadyPython);
  }
  void python(const std::string& body, const std::string& name = "python") const {
    save_fake_python(place_ / name, body);
  }
  void study(const std::string& runtimes, const std::string& more = "") const {
    write(place_ / "s.yaml", kStudyHead + more + "runtimes: " + runtimes + "\n");
  }
  [[nodiscard]] Outcome say(const std::string& words) const {
    return pitlane("study " + words, "cd " + at(".") + " && PITLANE_PYTHON=./python");
  }
  [[nodiscard]] Outcome run(const std::string& flags = "") const { return say("run s.yaml --no-timing " + flags); }
  [[nodiscard]] std::string refused_study() const {
    return refused("study run s.yaml", "cd " + at(".") + " && PITLANE_PYTHON=./python");
  }
};

TEST_F(StudyRuntime, DrivesAllCellsBesideOurs) {
  study("[{isa: scalar}, onnxruntime, {engine: keras, python: ./python, limit_s: 60}]");
  const Outcome driven = run("--json --out out");
  ASSERT_EQ(driven.code, 0) << driven.err;
  const json document = json::parse(driven.out);
  std::string drivers;
  for (const json& driver : document["drivers"])
    drivers += std::string(driver["network"]) + " on " + std::string(driver["runtime"]) + "; ";
  EXPECT_THAT(drivers, AllOf(HasSubstr("net on pitlane scalar; net on onnxruntime 0.1; net on keras 0.1; expert on ")));
  EXPECT_EQ(document["cells"].size(), 8U);
  for (const char* name : {"study.csv", "study.md", "study.html"})
    EXPECT_THAT(read(place_ / "out" / name), AllOf(HasSubstr("onnxruntime 0.1"), HasSubstr("keras 0.1"))) << name;
  EXPECT_THAT(read(place_ / "out/study.html"), HasSubstr("net · onnxruntime 0.1"));
  EXPECT_THAT(say("status s.yaml").out, HasSubstr("net (keras 0.1): 2 of 2 cells"));
  EXPECT_EQ(say("export s.yaml --no-timing").out, driven.out) << "the same bytes";
}

TEST_F(StudyRuntime, NumberOfJobsDoesNotMatter) {
  study("[onnxruntime, litert]", "directions: [forward, reverse]\n");
  const std::string one = run("--jobs 1 --json --store one/").out, two = run("--jobs 3 --json --store two/").out;
  EXPECT_THAT(one, HasSubstr("litert 0.1"));
  EXPECT_EQ(one, two);
}

TEST_F(StudyRuntime, AnotherVersionIsDrivenAnew) {
  study("[{isa: scalar}, onnxruntime]");
  ASSERT_EQ(run().code, 0);
  EXPECT_THAT(run().err, HasSubstr("6 cells, 6 of them driven before"));
  python("hello('onnxruntime 0.2'); ready()\nwhile request(): answer(0.5, 0.5)");
  EXPECT_THAT(run().err, HasSubstr("6 cells, 4 of them driven before"));
  study("[{isa: scalar}, litert]");
  EXPECT_THAT(run().err, HasSubstr("6 cells, 4 of them driven before")) << "another engine";
}

// What a cell of our engine is called depends on no other.
TEST_F(StudyRuntime, CellsOfOursStayWhatTheyAre) {
  study("[{isa: scalar}]");
  ASSERT_EQ(run().code, 0);
  study("[{isa: scalar}, onnxruntime]");
  EXPECT_THAT(run().err, HasSubstr("6 cells, 4 of them driven before"));
}

TEST_F(StudyRuntime, WhatCannotBeIsToldWithItsLine) {
  study("\n  - pitlane\n  - engine: openvino");
  EXPECT_THAT(refused_study(), HasSubstr("s.yaml:9: there is no runtime 'openvino'; there are pitlane, onnxruntime, "
                                         "litert and keras"));
  study("\n  - engine: keras\n    python: /nowhere/python");
  EXPECT_THAT(refused_study(), HasSubstr("s.yaml:9: python: there is no program /nowhere/python"));
  study("\n  - engine: keras\n    isa: scalar");
  EXPECT_THAT(refused_study(), HasSubstr("s.yaml:9: isa: says nothing about the engine keras; leave it out"));
  study("\n  - engine: pitlane\n    python: python3");
  EXPECT_THAT(refused_study(), HasSubstr("s.yaml:9: python: says nothing about the engine pitlane; leave it out"));
  study("\n  - engine: keras\n    limit_s: 0");
  EXPECT_THAT(refused_study(), HasSubstr("s.yaml:9: limit_s must be a number from 0.1 to 86400, not '0'"));
  study("\n  - keras\n  - keras");
  EXPECT_THAT(refused_study(), HasSubstr("s.yaml:9: runtime 'keras' is listed twice; keep one"));
  study("\n  - pitlane\n  - onnxruntime");
  python("missing('has no onnxruntime (pip install onnxruntime)')");
  EXPECT_THAT(refused_study(), HasSubstr("s.yaml:9: runtime onnxruntime: ./python has no onnxruntime (pip install "
                                         "onnxruntime); 'python:' of the runtime or PITLANE_PYTHON names a Python "
                                         "that has it"));
  python("time.sleep(60)");
  study("\n  - pitlane\n  - {engine: litert, limit_s: 1}");
  EXPECT_THAT(refused_study(), HasSubstr("s.yaml:9: runtime litert: ./python: took longer than 1 s and was ended; "
                                         "give it more with 'limit_s:' of its runtime"));
  EXPECT_FALSE(fs::exists(place_ / "s.db")) << "nothing was driven";
}

TEST_F(StudyRuntime, TwoPythonsWithOneVersionAreOneRuntime) {
  python(kSteadyPython, "other");
  study("\n  - keras\n  - {engine: keras, python: ./other}");
  EXPECT_THAT(refused_study(), HasSubstr("s.yaml:9: this runtime is 'keras 0.1' here, as another one is; keep one"));
  python("hello('keras 0.2'); ready()\nwhile request(): answer(0.5, 0.5)", "other");
  EXPECT_THAT(run().out, AllOf(HasSubstr("keras 0.1"), HasSubstr("keras 0.2")));
}

// Without a network nothing of a runtime is looked for.
TEST_F(StudyRuntime, DriversWithoutANetworkNeedNone) {
  write(place_ / "s.yaml",
        "format: pitlane-study\nversion: 1\nnetworks: [expert]\ncircuits: [tight]\ntimeout_s: 1\nruntimes: [keras]\n");
  python("missing('has no keras')");
  EXPECT_EQ(run().code, 0);
}

TEST_F(StudyRuntime, OneThatDiesFailsItsCellsAndIsTriedAgain) {
  study("[{isa: scalar}, onnxruntime]");
  python("hello(); ready(); request(); answer(0.5, 0.5); request(); sys.exit('OutOfMemory: too much')");
  const Outcome driven = run("--json");
  EXPECT_EQ(driven.code, 1) << driven.err;
  const json document = json::parse(driven.out);
  int failed = 0;
  for (const json& cell : document["cells"])
    if (cell.contains("failure")) {
      ++failed;
      EXPECT_EQ(cell["failure"], "onnxruntime 0.1: failed: OutOfMemory: too much");
    }
  EXPECT_EQ(failed, 2) << driven.out;
  python("hello(); " + std::string("sys.exit('Fail: no such operator')"));
  EXPECT_THAT(run("--json").out, HasSubstr("onnxruntime 0.1: failed: Fail: no such operator"));
  python(kSteadyPython);
  const Outcome again = run();
  EXPECT_EQ(again.code, 0) << again.err;
  EXPECT_THAT(again.err, HasSubstr("6 cells, 4 of them driven before"));
}

TEST_F(StudyRuntime, OneThatHangsFailsItsCells) {
  study("[{isa: scalar}, {engine: litert, limit_s: 1.5}]");
  python("hello(); ready(); request(); time.sleep(300)");
  const Outcome driven = run("--json");
  EXPECT_EQ(driven.code, 1) << driven.err;
  EXPECT_THAT(driven.out, HasSubstr("litert 0.1: took longer than 1.5 s and was ended; give it more with 'limit_s:'"));
}

// The network's own: it stays in the store.
TEST_F(StudyRuntime, AnAnswerThatIsNoNumberIsAResult) {
  study("[onnxruntime]");
  python("hello(); ready()\nwhile request(): answer(float('nan'), 0)");
  EXPECT_EQ(run().code, 1);
  EXPECT_THAT(run().err, HasSubstr("4 cells, 4 of them driven before"));
}

/// Slow: they are imported.
class RealRuntimeStudy : public InAFolder {
 protected:
  void SetUp() override { PITLANE_NEEDS_FRAMEWORKS(python_); }
  fs::path python_;
};

TEST_F(RealRuntimeStudy, ComparesThemOnTheTrack) {
  write(place_ / "s.yaml", "format: pitlane-study\nversion: 1\nnetworks: [{model: '" PITLANE_SOURCE_DIR
                           "/examples/pilotnet.pit', name: net}]\ncircuits: [mixed]\ntimeout_s: 20\n"
                           "runtimes: [pitlane, onnxruntime, litert, {engine: keras, python: '" +
                               python_.string() + "'}]\n");
  const Outcome driven = pitlane("study run s.yaml --json --no-timing --jobs 2",
                                 "cd " + at(".") + " && PITLANE_PYTHON='" + python_.string() + "'");
  ASSERT_EQ(driven.code, 0) << driven.err;
  const json cells = json::parse(driven.out)["cells"];
  ASSERT_EQ(cells.size(), 4U);
  for (const json& cell : cells) {
    EXPECT_EQ(cell["end"], cells[0]["end"]) << cell["runtime"];
    EXPECT_NEAR(cell["distance_m"], cells[0]["distance_m"], 5) << cell["runtime"];
    EXPECT_NEAR(cell["deviation_m"]["mean"], cells[0]["deviation_m"]["mean"], 0.05) << cell["runtime"];
  }
}

}  // namespace
}  // namespace pitlane::testing
