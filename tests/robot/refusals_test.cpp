// What pitlane-run refuses: an error value and a line that says why; never a silent command.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <opencv2/core.hpp>
#include <opencv2/imgcodecs.hpp>
#include <string>

#include "program.h"
#include "small_network.h"

namespace pitlane::testing {
namespace {

using ::testing::HasSubstr;

class Refusals : public InAFolder {
 protected:
  void SetUp() override { save_small_network({}, place_ / "net.pit"); }
  [[nodiscard]] Outcome piped(const std::string& input, const std::string& arguments) const {
    write(place_ / "input", input);
    return run("{ '" + program() + "' " + arguments + " < " + at("input") + "; }");
  }
  // Refused before anything was answered: the line, without "pitlane-run: " and its end.
  [[nodiscard]] std::string refusal(const std::string& arguments, const std::string& before = "") const {
    const Outcome ran = pitlane(arguments, before);
    EXPECT_EQ(ran.code, 2) << arguments;
    EXPECT_EQ(ran.out, "") << arguments;
    EXPECT_EQ(std::count(ran.err.begin(), ran.err.end(), '\n'), 1) << ran.err;
    const std::string start = "pitlane-run: ";
    EXPECT_EQ(ran.err.compare(0, start.size(), start), 0) << ran.err;
    return ran.err.substr(std::min(start.size(), ran.err.size()), ran.err.size() - start.size() - 1);
  }
};

constexpr const char* kSeeHelp = " (see pitlane-run --help)";

TEST_F(Refusals, BadWords) {
  const std::string net = at("net.pit");
  const std::pair<std::string, std::string> cases[] = {
      {"", std::string("no network is named") + kSeeHelp},
      {net, std::string("no frames are named: give picture files, or --camera, or --raw") + kSeeHelp},
      {net + " a.png --raw 4x2:gray",
       std::string("frames come from one place: give picture files, or --camera, or --raw") + kSeeHelp},
      {net + " --speeed 3", std::string("there is no flag '--speeed'") + kSeeHelp},
      {net + " --raw", std::string("--raw wants a value (SIZE:FORMAT)") + kSeeHelp},
      {net + " --json=1", std::string("--json takes no value") + kSeeHelp},
      {net + " --raw 4x2", "--raw: '4x2' has no format; write WIDTHxHEIGHT:FORMAT, such as 640x480:rgb24"},
      {net + " --raw 4:gray", "--raw: '4' is no size of a frame; write WIDTHxHEIGHT, such as 640x480"},
      {net + " --raw 4x2:nv12", "--raw: 'nv12' is no format of raw frames; choose one of: rgb24, bgr24, gray, yuyv"},
      {net + " a.png --speed nan", "--speed: 'nan' is not a speed from -1000 to 1000"},
      {net + " a.png --speed 1e9", "--speed: '1e9' is not a speed from -1000 to 1000"},
      {net + " a.png --rate 0", "--rate: '0' is not a rate from 0.001 to 1000"},
      {net + " a.png --threads 17", "--threads: '17' is not a whole number from 1 to 16"},
      {net + " a.png --stay-awake",
       std::string("--stay-awake: the one thread has no helpers that could; add --threads") + kSeeHelp},
      {net + " a.png --command 1.5", "--command: '1.5' is not a whole number from 0 to 999"},
      {net + " a.png --with-state", std::string("--with-state: only raw frames have a header; add --raw") + kSeeHelp},
      {net + " a.png --size 4x2", std::string("--size: only a camera is asked for a size; leave it out") + kSeeHelp},
      {net + " --raw 4x2:gray --rate 3",
       std::string("--rate: raw frames come as they are written; leave it out") + kSeeHelp},
  };
  for (const auto& [arguments, message] : cases) EXPECT_EQ(refusal(arguments), message);
  EXPECT_THAT(refusal(net + " a.png --isa sse9"), HasSubstr("--isa: "));
}

TEST_F(Refusals, NetworksThatAreNone) {
  EXPECT_THAT(refusal(at("none.pit") + " a.png"), HasSubstr("none.pit: cannot open: No such file"));
  write(place_ / "text.pit", "this is no network, whatever it is called");
  EXPECT_THAT(refusal(at("text.pit") + " a.png"), HasSubstr("text.pit: not a .pit file"));
  std::string damaged = read(place_ / "net.pit");
  damaged[damaged.size() / 2] = static_cast<char>(damaged[damaged.size() / 2] ^ 1);
  write(place_ / "damaged.pit", damaged);
  EXPECT_THAT(refusal(at("damaged.pit") + " a.png"), HasSubstr("damaged"));
}

TEST_F(Refusals, FramesThatDoNotFitTheNetwork) {
  EXPECT_EQ(refusal(at("net.pit") + " --raw 640x480:rgb24"),
            "--raw: frames of 640x480, but the network was made for frames of 4x2; scale them to that");
  EXPECT_EQ(refusal(at("net.pit") + " --camera /dev/null --size 640x480"),
            "--size: frames of 640x480, but the network was made for frames of 4x2; scale them to that");
  EXPECT_EQ(refusal(at("net.pit") + " --raw 4x2:gray"),
            "--raw: grey frames, but the network sees colours; give rgb24, bgr24 or yuyv");
  SmallNetwork one;
  one.format = PixelFormat::kBlue;
  save_small_network(one, place_ / "one.pit");
  EXPECT_EQ(refusal(at("one.pit") + " --raw 4x2:gray"),
            "--raw: grey frames, but the network sees a colour; give rgb24, bgr24 or yuyv");
  EXPECT_EQ(refusal(at("net.pit") + " --camera /dev/null"), "/dev/null: is no camera (V4L2)");
}

TEST_F(Refusals, WhatTheNetworkSeesMustBeSaidAndNothingElse) {
  SmallNetwork sees;
  sees.speed = sees.command = true;
  save_small_network(sees, place_ / "sees.pit");
  const std::string net = at("sees.pit") + " --raw 4x2:rgb24";
  EXPECT_EQ(refusal(net), "the network sees the speed; say it with --speed, or with each raw frame (--with-state)");
  EXPECT_EQ(refusal(net + " --speed 1"),
            "the network sees the high-level command; say it with --command, or with each raw frame (--with-state)");
  EXPECT_EQ(refusal(net + " --speed 1 --command 3"), "--command 3: the network knows 0 to 2");
  EXPECT_EQ(refusal(net + " --speed 1 --command 2 --light 0"),
            "--light: this network sees no traffic light; leave it out");
  EXPECT_THAT(refusal(net + " --with-state --speed 1"), HasSubstr("each frame brings its own"));
}

TEST_F(Refusals, VehiclesThatDoNotFit) {
  EXPECT_THAT(refusal(at("net.pit") + " --raw 4x2:rgb24 --vehicle steering:8"),
              HasSubstr("the network has no output 'steering'"));
  EXPECT_THAT(refusal(at("net.pit") + " --raw 4x2:rgb24 --vehicle tank"), HasSubstr("unknown adapter"));
}

TEST_F(Refusals, InstructionSetsThatAreMissing) {
  EXPECT_THAT(refusal(at("net.pit") + " --raw 4x2:rgb24", "PITLANE_ISA=avx9"), HasSubstr("PITLANE_ISA: "));
  const Outcome scalar = run("{ PITLANE_ISA=scalar '" + program() + "' " + at("net.pit") + " --raw 4x2:rgb24; }");
  EXPECT_EQ(scalar.code, 0) << scalar.err;
}

TEST_F(Refusals, AStreamThatEndsInsideAFrame) {
  const Outcome ran = piped(grey_frame(128) + "abc", at("net.pit") + " --raw 4x2:rgb24");
  EXPECT_EQ(ran.code, 2);
  EXPECT_THAT(ran.out, HasSubstr(" v=5 w=-1 ")) << "whole frames are answered";
  EXPECT_EQ(
      ran.err,
      "pitlane-run: raw frames: the stream ends inside frame 1 (counted from 0): 21 of 24 bytes are missing; check "
      "size and format\n");
}

TEST_F(Refusals, PicturesThatAreBadAreNamedAndTheOthersAnswered) {
  const cv::Mat white(2, 4, CV_8UC3, cv::Scalar::all(255)), other(3, 4, CV_8UC3, cv::Scalar::all(255));
  ASSERT_TRUE(cv::imwrite((place_ / "white.png").string(), white));
  ASSERT_TRUE(cv::imwrite((place_ / "other.png").string(), other));
  write(place_ / "cut.png", read(place_ / "white.png").substr(0, 50));
  const Outcome ran = pitlane(at("net.pit") + " " + at("cut.png") + " " + at("other.png") + " " + at("white.png"));
  EXPECT_EQ(ran.code, 2);
  EXPECT_EQ(
      ran.out,
      "# time_s v:m/s w:rad/s command_v:m/s command_w:rad/s\n0.000000 error=unreadable\n0.050000 error=unreadable\n"
      "0.100000 v=9.960938 w=-1 command_v=9.960938 command_w=-1\n");
  EXPECT_THAT(ran.err, HasSubstr("cut.png: damaged or truncated PNG"));
  EXPECT_THAT(ran.err, HasSubstr("other.png: a picture of 4x3; the network was made for frames of 4x2\n"));
}

TEST_F(Refusals, NumbersThatAreNoneAreNoCommand) {
  constexpr float kNan = std::numeric_limits<float>::quiet_NaN();
  SmallNetwork sees;
  sees.speed = true;
  save_small_network(sees, place_ / "sees.pit");
  const std::string frame = grey_frame(0);
  const Outcome ran = piped(state_header(1, kNan) + frame + state_header(2, kNan) + frame + state_header(3, 1) + frame +
                                state_header(2.5, 1) + frame + state_header(kNan, 1) + frame,
                            at("sees.pit") + " --raw 4x2:rgb24 --with-state");
  EXPECT_EQ(ran.code, 2);
  EXPECT_EQ(
      ran.out,
      "# time_s v:m/s w:rad/s command_v:m/s command_w:rad/s\n1.000000 error=wrong_state\n2.000000 error=wrong_state\n"
      "3.000000 v=10 w=-1 command_v=10 command_w=-1\n2.500000 error=time_went_back\n"
      "0.000000 error=time_went_back\n");
  EXPECT_EQ(
      ran.err,
      "pitlane-run: frame 0 (counted from 0): the speed is not finite, or the network does not know the command or "
      "traffic light\n"
      "pitlane-run: frame 3 (counted from 0): the frame is older than the one before\n");
}

TEST_F(Refusals, ANetworkThatOverflowsGivesNoCommand) {
  SmallNetwork loud;
  loud.weight = 3e38F;
  save_small_network(loud, place_ / "loud.pit");
  const Outcome ran = piped(grey_frame(255), "--json " + at("loud.pit") + " --raw 4x2:rgb24");
  EXPECT_EQ(ran.code, 2);
  EXPECT_THAT(ran.out, HasSubstr("\"error\":\"run_failed\"}\n"));
  EXPECT_EQ(ran.err,
            "pitlane-run: frame 0 (counted from 0): the network's result is not finite or the runtime refused\n");
}

}  // namespace
}  // namespace pitlane::testing
