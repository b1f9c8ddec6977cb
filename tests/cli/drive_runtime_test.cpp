// Other runtimes at the wheel of pitlane drive: made-up ones that misbehave, and the real ones.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <thread>

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

class DriveRuntime : public InAFolder {
 protected:
  void SetUp() override {
    save_pilotnet(place_ / "net.pit");
    fs::create_directory(place_ / "tmp");
  }
  void python(const std::string& body) const { save_fake_python(place_ / "python", body); }
  [[nodiscard]] std::string before() const { return "PITLANE_PYTHON=" + at("python") + " TMPDIR=" + at("tmp"); }
  [[nodiscard]] static std::string words(const std::string& runtime = "onnxruntime") {
    return " --circuit mixed --timeout 2 --runtime " + runtime;
  }
  [[nodiscard]] std::string refused_drive(const std::string& more) const {
    const std::string line = refused("drive " + at("net.pit") + more, before());
    EXPECT_EQ(entries(place_ / "tmp"), 0U) << "temporary files";
    return line;
  }
};

json without_timing(json document) {
  if (document.is_object()) document.erase("timing");
  for (json& part : document)
    if (part.is_structured()) part = without_timing(part);
  return document;
}

TEST_F(DriveRuntime, DrivesInItsLoop) {
  python(kSteadyPython);
  const Outcome driven = pitlane("drive " + at("net.pit") + words("litert") + " --json", before());
  ASSERT_EQ(driven.code, 0) << driven.err;
  const json result = json::parse(driven.out)["episodes"][0];
  EXPECT_EQ(result["runtime"], "litert 0.1");
  EXPECT_EQ(result["model"], (place_ / "net.pit").string());
  EXPECT_GT(result["distance_m"], 1);
  const Outcome again = pitlane("drive " + at("net.pit") + words("litert") + " --json", before());
  EXPECT_EQ(without_timing(json::parse(again.out)), without_timing(json::parse(driven.out)));
  EXPECT_EQ(entries(place_ / "tmp"), 0U) << "temporary files";
}

// The runtime says 3 ms a call, and its process dawdles on top of that.
TEST_F(DriveRuntime, TimesTheRuntimeAndNotTheWayToIt) {
  python("hello(); ready()\nwhile request(): time.sleep(0.03); answer(0.5, 0.5, ns=3_000_000)");
  const Outcome driven = pitlane("drive " + at("net.pit") + words() + " --json", before());
  ASSERT_EQ(driven.code, 0) << driven.err;
  const json timing = json::parse(driven.out)["episodes"][0]["timing"];
  EXPECT_GE(timing["latency_ms"]["p50"], 3);
  EXPECT_LT(timing["latency_ms"]["p50"], 25) << timing;
  EXPECT_GT(timing["wall_s"], 0.03 * 20);
}

TEST_F(DriveRuntime, SeveralStandBesideOurs) {
  python(kSteadyPython);
  const Outcome driven = pitlane("drive " + at("net.pit") + " expert" + words("pitlane,onnxruntime,keras"), before());
  ASSERT_EQ(driven.code, 0) << driven.err;
  EXPECT_THAT(driven.out, AllOf(HasSubstr("net.pit · pitlane "), HasSubstr("net.pit · onnxruntime 0.1 "),
                                HasSubstr("net.pit · keras 0.1 "), HasSubstr("\nexpert ")));
  const json results =
      json::parse(pitlane("drive " + at("net.pit") + " expert" + words("pitlane,keras") + " --json", before()).out);
  ASSERT_EQ(results["episodes"].size(), 3U);
  EXPECT_THAT(results["episodes"][0]["runtime"], ::testing::Not("keras 0.1"));
  EXPECT_EQ(results["episodes"][1]["runtime"], "keras 0.1");
}

// What the robot would see that has the runtime in its own program.
TEST_F(DriveRuntime, MeasuredLatencyLeavesTheWayThereOut) {
  python("hello(); ready()\nwhile request(): time.sleep(0.004); answer(0.5, 0.5, ns=1_000_000)");
  const Outcome driven =
      pitlane("drive " + at("net.pit") + words() + " --latency measured --latency-profile " + at("profile") + " --json",
              before());
  ASSERT_EQ(driven.code, 0) << driven.err;
  const json episode = json::parse(driven.out)["episodes"][0];
  EXPECT_GE(episode["frame_age_ms"]["mean"], 1) << driven.err;
  EXPECT_LT(episode["frame_age_ms"]["mean"], 4) << driven.err;
}

TEST_F(DriveRuntime, WhatCannotBeIsRefusedBeforeAnythingDrives) {
  python(kSteadyPython);
  EXPECT_THAT(refused_drive(words("tensorrt")),
              HasSubstr("--runtime: there is no runtime 'tensorrt'; there are pitlane, onnxruntime, litert and keras"));
  EXPECT_THAT(refused_drive(words("keras,keras")), HasSubstr("--runtime: 'keras' stands twice; keep one"));
  EXPECT_THAT(refused_drive(words("keras,")), HasSubstr("--runtime: there is no runtime ''"));
  EXPECT_THAT(refused_drive(words() + " --python /nowhere/python"),
              HasSubstr("--python: there is no program /nowhere/python"));
  EXPECT_THAT(refused_drive(words("pitlane") + " --python /nowhere/python"), HasSubstr("--python: is about other"));
  EXPECT_THAT(refused_drive(words() + " --isa scalar"), HasSubstr("--isa: is about the engine pitlane"));
  EXPECT_THAT(refused("drive expert --runtime keras"), HasSubstr("--runtime: is about a network, and none drives"));
  python("missing('has no keras (pip install keras)')");
  EXPECT_THAT(refused_drive(words("keras")),
              HasSubstr("--runtime keras: " + (place_ / "python").string() +
                        " has no keras (pip install keras); --python or PITLANE_PYTHON names a Python that has it"));
  python("hello(); sys.exit('Fail: no such operator')");
  EXPECT_THAT(refused_drive(words()), HasSubstr("net.pit: onnxruntime 0.1: failed: Fail: no such operator"));
}

TEST_F(DriveRuntime, OneThatDiesIsOneLine) {
  for (const char* death : {"sys.exit('OutOfMemory: too much')", "os.kill(os.getpid(), 11)", "say(b'what?' * 9)"}) {
    python(std::string("hello(); ready()\nfor _ in range(5): request(); answer(0.5, 0.5)\n") + death +
           "\ntime.sleep(60)");
    const Outcome driven = pitlane("drive " + at("net.pit") + words(), before());
    EXPECT_EQ(driven.code, 2) << driven.err;
    EXPECT_THAT(driven.err, AllOf(HasSubstr("onnxruntime 0.1: "), EndsWith("\n"), Not(HasSubstr("controller"))));
    EXPECT_EQ(entries(place_ / "tmp"), 0U) << "temporary files";
  }
}

TEST_F(DriveRuntime, OneThatHangsIsEnded) {
  python("hello(); ready(); request(); time.sleep(300)");
  const Outcome driven = pitlane("drive " + at("net.pit") + words() + " --python-limit-s 2", before());
  EXPECT_EQ(driven.code, 2);
  EXPECT_THAT(driven.err, HasSubstr("onnxruntime 0.1: took longer than 2 s and was ended; give it more with "
                                    "--python-limit-s"));
}

// Started by somebody who waits for no child, and by one who has closed what is usually open.
TEST_F(DriveRuntime, TakesTheProcessAsItIsGiven) {
  python(kSteadyPython);
  const std::string drive =
      before() + " '" PITLANE_PROGRAM "' drive " + at("net.pit") + words() + " --json >" + at("o");
  EXPECT_EQ(std::system(("trap '' CHLD; " + drive).c_str()), 0);
  const std::string usual = read(place_ / "o");
  EXPECT_THAT(usual, HasSubstr("onnxruntime 0.1"));
  EXPECT_EQ(std::system((drive + " <&- 2>&-").c_str()), 0);
  EXPECT_EQ(without_timing(json::parse(read(place_ / "o"))), without_timing(json::parse(usual)));
  // Files must not get the numbers of the streams, and with them the text that goes there.
  EXPECT_NE(std::system((drive + " --report " + at("r.html") + " --no-video >&- 2>" + at("e")).c_str()), 0);
  EXPECT_THAT(read(place_ / "e"), HasSubstr("standard output: cannot write: "));
  EXPECT_THAT(read(place_ / "r.html"), AllOf(::testing::StartsWith("<!"), EndsWith("</html>\n")));
}

TEST_F(DriveRuntime, NeedsAPlaceForItsFileAndSaysSo) {
  python(kSteadyPython);
  fs::create_directory(place_ / "a b");
  const std::string other = "PITLANE_PYTHON=" + at("python") + " TMPDIR=";
  EXPECT_EQ(pitlane("drive " + at("net.pit") + words(), other + at("a b")).code, 0);
  EXPECT_THAT(refused("drive " + at("net.pit") + words(), other + at("nowhere")), HasSubstr("set TMPDIR to"));
  EXPECT_THAT(refused("drive " + at("net.pit") + words(), other + at("net.pit")), HasSubstr("set TMPDIR to"));
}

TEST_F(DriveRuntime, WhatIsNoPythonIsNamed) {
  const auto told = [&](const std::string& program) {
    return refused("drive " + at("net.pit") + words() + " --python " + program, before());
  };
  EXPECT_THAT(told(at("tmp")), HasSubstr("--python: there is no program " + (place_ / "tmp").string()));
  EXPECT_THAT(told("/bin/cat"), HasSubstr("/bin/cat: failed: "));
  EXPECT_THAT(told("/bin/true"), HasSubstr("/bin/true: ended before it had answered: it says nothing"));
  EXPECT_THAT(told("/bin/echo"), HasSubstr("/bin/echo: talks nonsense instead of answering: -I -S -B -c"));
  EXPECT_THAT(told("/bin/false"), HasSubstr("/bin/false: failed: it says nothing"));
}

TEST_F(DriveRuntime, AnAnswerThatIsNoNumberFailsTheDrive) {
  python("hello(); ready()\nwhile request(): answer(0.5, float('inf'))");
  const Outcome driven = pitlane("drive " + at("net.pit") + words(), before());
  EXPECT_EQ(driven.code, 1) << "a result, and the network's";
  EXPECT_THAT(driven.out, HasSubstr("controller failed"));
}

class DisturbedDrive : public DriveRuntime {
 protected:
  void SetUp() override {
    DriveRuntime::SetUp();
    ::setenv("TMPDIR", (place_ / "tmp").c_str(), 1);
  }
  void TearDown() override { ::unsetenv("TMPDIR"); }
  /// Sent while the runtime hangs, in answering or in starting.
  void disturb(const std::string& hang, int signal, int code) const {
    python("open('" + (place_ / "pid").string() + "', 'w').write(str(os.getpid()) + '.')\n" + hang);
    {
      Running running("drive net.pit --python ./python" + words(), place_.path());
      ASSERT_TRUE(running.wait_until([&] { return read(place_ / "pid").ends_with(".") && running.listens(); }))
          << running.err();
      running.send(signal);
      EXPECT_EQ(running.finish().code, code);
    }
    const std::string pid = read(place_ / "pid").substr(0, read(place_ / "pid").size() - 1);
    const auto gone = [&] {
      const std::string state = read("/proc/" + pid + "/stat");
      return state.empty() || state.find(") Z ") != std::string::npos;
    };
    for (int i = 0; !gone() && i < 2000; ++i) std::this_thread::sleep_for(std::chrono::milliseconds(5));
    EXPECT_TRUE(gone()) << "an orphan";
    EXPECT_EQ(entries(place_ / "tmp"), 0U) << "temporary files";
    fs::remove(place_ / "pid");
  }
};

TEST_F(DisturbedDrive, CtrlCEndsTheWait) {
  disturb("time.sleep(300)", SIGINT, 130);
  disturb("hello(); ready(); request(); time.sleep(300)", SIGINT, 130);
}

TEST_F(DisturbedDrive, AKillLeavesNeitherAnOrphanNorFiles) {
  disturb("hello(); ready(); request(); sys.stdin.buffer.read(1)", SIGKILL, 137);
}

/// Slow: they are imported.
class RealRuntimeDrives : public InAFolder {
 protected:
  void SetUp() override { PITLANE_NEEDS_FRAMEWORKS(python_); }
  [[nodiscard]] json drive(const std::string& runtimes, const std::string& more,
                           const std::string& model = "'" PITLANE_SOURCE_DIR "/examples/pilotnet.pit'") const {
    const Outcome driven = pitlane("drive " + model + " --circuit mixed --runtime " + runtimes + " --python '" +
                                   python_.string() + "' --json " + more);
    EXPECT_EQ(driven.code, 0) << driven.err;
    return driven.code == 0 ? json::parse(driven.out) : json{{"episodes", json::array()}};
  }
  fs::path python_;
};

TEST_F(RealRuntimeDrives, LapsAsOurs) {
  const json both = drive("pitlane,onnxruntime,litert", "");
  const json& results = both["episodes"];
  ASSERT_EQ(results.size(), 3U);
  EXPECT_THAT(std::string(results[1]["runtime"]), HasSubstr("onnxruntime 1"));
  EXPECT_THAT(std::string(results[2]["runtime"]), HasSubstr("LiteRT "));
  for (const json& result : results) {
    EXPECT_EQ(result["completed"], true) << result["runtime"];
    EXPECT_NEAR(result["lap_time_s"], results[0]["lap_time_s"], 0.3) << result["runtime"];
    EXPECT_NEAR(result["deviation_m"]["mean"], results[0]["deviation_m"]["mean"], 0.02) << result["runtime"];
  }
  EXPECT_EQ(without_timing(drive("pitlane,onnxruntime,litert", "")), without_timing(both)) << "the same bytes again";
}

// Rounding differs in the last digit. A pixel that is another one makes a little more of it, so paths part in time.
TEST_F(RealRuntimeDrives, KerasTakesTheSameWay) {
  const json both = drive("pitlane,keras", "--timeout 5 --trajectory");
  const json& results = both["episodes"];
  ASSERT_EQ(results.size(), 2U);
  EXPECT_THAT(std::string(results[1]["runtime"]), HasSubstr("Keras "));
  const json &ours = results[0]["trajectory"], &theirs = results[1]["trajectory"];
  ASSERT_EQ(ours.size(), theirs.size());
  for (std::size_t i = 0; i <= 4; ++i) {
    EXPECT_NEAR(ours[i]["v_mps"], theirs[i]["v_mps"], 1e-4 * 17.5) << i;  // of the output's range, as convert checks
    EXPECT_NEAR(ours[i]["w_radps"], theirs[i]["w_radps"], 1e-4 * 14.2) << i;
    EXPECT_NEAR(ours[i]["x_m"], theirs[i]["x_m"], 1e-4) << i;
  }
  EXPECT_NEAR(ours.back()["progress_m"], theirs.back()["progress_m"], 2);
}

TEST_F(RealRuntimeDrives, Int8LapsToo) {
  ASSERT_EQ(
      pitlane("convert '" PITLANE_SOURCE_DIR "/examples/pilotnet.pit' " + at("int8.pit") + " --strategy int_flt_quan")
          .code,
      0);
  const json all = drive("pitlane,onnxruntime,litert", "", at("int8.pit"));
  for (const json& result : all["episodes"]) EXPECT_EQ(result["completed"], true) << result["runtime"];
}

}  // namespace
}  // namespace pitlane::testing
