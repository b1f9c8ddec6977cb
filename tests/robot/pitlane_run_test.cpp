// pitlane-run as a robot uses it: frames in, lines out.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>
#include <opencv2/core.hpp>
#include <opencv2/imgcodecs.hpp>
#include <sstream>
#include <string>
#include <utility>

#include "pitlane/core/version.h"
#include "pitlane/driver/driver.h"
#include "pitlane/engine/plan.h"
#include "pitlane/network/pit_file.h"
#include "program.h"
#include "robot_process.h"
#include "small_network.h"

namespace pitlane::testing {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::MatchesRegex;

class PitlaneRun : public InAFolder {
 protected:
  void SetUp() override { save_small_network({}, place_ / "net.pit"); }
  // Runs with a file as its stdin.
  [[nodiscard]] Outcome piped(const std::string& input, const std::string& arguments) const {
    write(place_ / "input", input);
    return run("{ '" + program() + "' " + arguments + " < " + at("input") + "; }");
  }
};

TEST_F(PitlaneRun, ALineForEveryRawFrame) {
  const Outcome ran = piped(state_header(0.5) + grey_frame(192) + state_header(0.75) + grey_frame(64),
                            at("net.pit") + " --raw 4x2:rgb24 --with-state");
  EXPECT_EQ(ran.code, 0) << ran.err;
  EXPECT_EQ(ran.err, "");
  EXPECT_EQ(ran.out,
            "# time_s v:m/s w:rad/s command_v:m/s command_w:rad/s\n"
            "0.500000 v=7.5 w=-1 command_v=7.5 command_w=-1\n"
            "0.750000 v=2.5 w=-1 command_v=2.5 command_w=-1\n");
}

TEST_F(PitlaneRun, JsonNamesEverything) {
  const Outcome ran =
      piped(state_header(1) + grey_frame(64), "--json --with-state --raw=4x2:bgr24 -- " + at("net.pit"));
  EXPECT_EQ(ran.code, 0) << ran.err;
  EXPECT_EQ(
      ran.out,
      "{\"frame\":0,\"time_s\":1.000000,\"outputs\":{\"v\":{\"unit\":\"m/s\",\"value\":2.5},\"w\":{\"unit\":\"rad/s\","
      "\"value\":-1}},\"command\":{\"v_mps\":2.5,\"w_radps\":-1}}\n");
}

TEST_F(PitlaneRun, YuyvIsConverted) {
  std::string white;
  for (int i = 0; i < 4; ++i) white += "\xEB\x80\xEB\x80";
  const Outcome ran = piped(white, at("net.pit") + " --raw 4x2:yuyv");
  EXPECT_EQ(ran.code, 0) << ran.err;
  EXPECT_THAT(ran.out, HasSubstr(" v=9.960938 w=-1 "));
}

TEST_F(PitlaneRun, EachLineComesBeforeTheNextFrame) {
  RobotProcess robot({(place_ / "net.pit").string(), "--raw", "4x2:rgb24"});
  EXPECT_EQ(robot.line(), "# time_s v:m/s w:rad/s command_v:m/s command_w:rad/s");
  for (const auto& [level, v] : {std::pair(64, "2\\.5"), {128, "5"}, {192, "7\\.5"}}) {
    robot.write(grey_frame(level));
    EXPECT_THAT(robot.line(), MatchesRegex("[0-9]+\\.[0-9]{6} v=" + std::string(v) + " w=-1 command_v=.*"));
  }
  robot.close_input();
  EXPECT_EQ(robot.line(), "");
  EXPECT_EQ(robot.finish(), 0);
}

TEST_F(PitlaneRun, SignalsEndItInOrder) {
  for (const int signal : {SIGTERM, SIGINT, SIGHUP}) {
    RobotProcess robot({(place_ / "net.pit").string(), "--raw", "4x2:rgb24"});
    robot.line();
    robot.write(grey_frame(255));
    EXPECT_THAT(robot.line(), HasSubstr("v=9.960938 "));
    robot.write("half a frame");
    robot.send(signal);
    EXPECT_EQ(robot.finish(), 0) << signal;
  }
}

TEST_F(PitlaneRun, ANetworkThatSteersDrivesOnceToldHow) {
  SmallNetwork steers;
  steers.outputs = {{"steering", "1", -1, 1, -1, 0}};
  save_small_network(steers, place_ / "steers.pit");
  const std::string frame = state_header(2) + grey_frame(192), raw = " --raw 4x2:rgb24 --with-state";
  EXPECT_EQ(piped(frame, at("steers.pit") + raw).out, "# time_s steering:1\n2.000000 steering=0.5\n");
  EXPECT_EQ(piped(frame, at("steers.pit") + raw + " --vehicle steering:8:0.5").out,
            "# time_s steering:1 command_v:m/s command_w:rad/s\n2.000000 steering=0.5 command_v=8 command_w=-2\n");
}

TEST_F(PitlaneRun, SpeedAndCommandComeFromFlagsOrWithTheFrame) {
  SmallNetwork sees;
  sees.speed = sees.command = true;
  save_small_network(sees, place_ / "sees.pit");
  const Outcome flags = piped(grey_frame(64), at("sees.pit") + " --raw 4x2:rgb24 --speed 1.5 --command 2");
  EXPECT_EQ(flags.code, 0) << flags.err;
  EXPECT_THAT(flags.out, HasSubstr(" v=17.5 w=-1 "));
  const Outcome frames = piped(state_header(1, 0.5) + grey_frame(64) + state_header(2, 2.5, 1) + grey_frame(64),
                               at("sees.pit") + " --raw 4x2:rgb24 --with-state");
  EXPECT_EQ(frames.code, 0) << frames.err;
  EXPECT_THAT(frames.out, AllOf(HasSubstr("1.000000 v=7.5 "), HasSubstr("2.000000 v=27.5 ")));
}

TEST_F(PitlaneRun, SaysHowLongFramesTook) {
  const Outcome ran = piped(grey_frame(1) + grey_frame(2), at("net.pit") + " --raw 4x2:rgb24 --time");
  EXPECT_EQ(ran.code, 0);
  EXPECT_THAT(ran.err, MatchesRegex("2 frames, 0 unanswered, 0 dropped; the first line after [0-9.e+]+ ms\n"
                                    "from frame to line: p50 [0-9.e+]+ ms, p99 [0-9.e+]+ ms, largest [0-9.e+]+ ms\n"));
}

TEST_F(PitlaneRun, PicturesGiveWhatTheDriverGives) {
  const Network network = load_pit(PITLANE_SOURCE_DIR "/examples/pilotnet.pit").value();
  const auto driver = Driver::create(network, compile(network).value()->new_session()).value();
  cv::Mat bgr(480, 640, CV_8UC3);
  cv::RNG noise(11);
  std::string expected = "# time_s v:m/s w:rad/s command_v:m/s command_w:rad/s\n", files;
  for (int i = 0; i < 3; ++i) {
    noise.fill(bgr, cv::RNG::UNIFORM, 0, 80 * (i + 1));
    const std::string name = "frame" + std::to_string(i) + ".png";
    ASSERT_TRUE(cv::imwrite((place_ / name).string(), bgr));
    files += " " + at(name);
    const ImageView view{bgr.data, 640, 480, 640 * 3, PixelFormat::kBgr};
    Outputs outputs;
    ASSERT_EQ(driver->step({{&view, 1}, i * 0.1, 0, 0}, outputs), StepStatus::kOk);
    char line[200];
    const double v = outputs.find("v")->value, w = outputs.find("w")->value;
    std::snprintf(line, sizeof line, "%.6f v=%.7g w=%.7g command_v=%.7g command_w=%.7g\n", i * 0.1, v, w, v, w);
    expected += line;
  }
  const Outcome ran = pitlane("'" PITLANE_SOURCE_DIR "/examples/pilotnet.pit' --rate 10" + files);
  EXPECT_EQ(ran.code, 0) << ran.err;
  EXPECT_EQ(ran.out, expected);
}

TEST_F(PitlaneRun, AReaderThatHasSeenEnoughIsNoFailure) {
  const Outcome ran = run("{ { '" + program() + "' " + at("net.pit") +
                          " --raw 4x2:rgb24 </dev/zero; echo code $? >&2; } | head -n 2; }");
  EXPECT_EQ(ran.err, "code 0\n");
}

TEST_F(PitlaneRun, AFullDiskIsAnError) {
  write(place_ / "input", grey_frame(9));
  const Outcome ran =
      run("{ '" + program() + "' " + at("net.pit") + " --raw 4x2:rgb24 < " + at("input") + " > /dev/full; }");
  EXPECT_EQ(ran.code, 2);
  EXPECT_EQ(ran.err, "pitlane-run: standard output: cannot write: No space left on device\n");
}

TEST_F(PitlaneRun, HelpAndVersion) {
  const Outcome help = pitlane("--help");
  EXPECT_EQ(help.code, 0);
  for (const char* word : {"--camera DEVICE", "--raw SIZE:FORMAT", "--with-state", "--size SIZE", "--rate HZ",
                           "--speed MPS", "--command N", "--light N", "--vehicle ADAPTER", "--isa NAME", "--threads N",
                           "--stay-awake", "--json", "--time", "--version", "--help", "Exit codes: 0"})
    EXPECT_THAT(help.out, HasSubstr(word));
  std::istringstream lines(help.out);
  for (std::string line; std::getline(lines, line);) EXPECT_LE(line.size(), 120U) << line;
  EXPECT_THAT(pitlane("--version").out, AllOf(HasSubstr(std::string("pitlane-run ") + kVersion), HasSubstr("scalar")));
}

}  // namespace
}  // namespace pitlane::testing
