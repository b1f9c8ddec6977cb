// What `pitlane bench` measures beyond a whole run: layers, and a control loop at a camera's rate.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "program.h"

namespace pitlane::testing {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

class Bench : public InAFolder {
 protected:
  void SetUp() override { save_pilotnet(place_ / "a.pit"); }
  nlohmann::json measured(const std::string& flags) {
    const Outcome done = pitlane("bench " + at("a.pit") + " --json " + flags);
    EXPECT_EQ(done.code, 0) << done.err;
    return nlohmann::json::parse(done.out, nullptr, false);
  }
};

TEST_F(Bench, LayersSumToTheNetwork) {
  const nlohmann::json all = measured("--layers --seconds 0.2");
  const nlohmann::json& network = all.at("networks").at(0);
  EXPECT_EQ(network.at("runtime"), "pitlane engine (" + network.at("isa").get<std::string>() + ")");
  const nlohmann::json& by_layer = network.at("timing").at("by_layer");
  std::int64_t macs = 0;
  double shares = 0, sum_ms = 0;
  for (const nlohmann::json& layer : by_layer.at("layers")) {
    macs += layer.at("macs").get<std::int64_t>();
    shares += layer.at("share").get<double>();
    sum_ms += layer.at("p50_ms").get<double>();
    EXPECT_GT(layer.at("limit_ms").get<double>(), 0) << layer;
  }
  EXPECT_GT(macs, 20'000'000);
  EXPECT_NEAR(shares, 1, 1e-6);
  EXPECT_NEAR(sum_ms, by_layer.at("sum_ms").get<double>(), 1e-9);
  EXPECT_EQ(by_layer.at("layers").front().at("kind"), "input");
  EXPECT_EQ(by_layer.at("layers").back().at("kind"), "output");
  EXPECT_GT(all.at("timing").at("roofline").at("peaks").size(), 0U);
}

TEST_F(Bench, TheWayFromTheCamerasFrameIsTimedToo) {
  const nlohmann::json timing = measured("--seconds 0.2").at("networks").at(0).at("timing");
  EXPECT_GE(timing.at("frame_ms").at("runs"), 100);
  // Cutting and resizing 640x480 pixels cannot be free; the medians are of different runs.
  EXPECT_GT(timing.at("frame_ms").at("p50").get<double>(), timing.at("latency_ms").at("min").get<double>());
  EXPECT_THAT(pitlane("bench " + at("a.pit") + " --seconds 0.1").out,
              AllOf(HasSubstr("'frame p50' from the camera's frame\n"), HasSubstr("runs frame p50  model\n")));
}

TEST_F(Bench, ThreadsAreNamed) {
  const nlohmann::json network = measured("--threads 2 --seconds 0.1").at("networks").at(0);
  EXPECT_EQ(network.at("runtime"), "pitlane engine (" + network.at("isa").get<std::string>() + ", 2 threads)");
  EXPECT_THAT(pitlane("bench " + at("a.pit") + " --threads 2 --seconds 0.1").out, HasSubstr("2 threads, batch 1"));
  EXPECT_THAT(pitlane("bench " + at("a.pit") + " --stay-awake").err,
              HasSubstr("--stay-awake: the one thread has no helpers that could; add --threads"));
  const Outcome refused = pitlane("bench " + at("a.pit") + " --threads 17");
  EXPECT_EQ(refused.code, 2);
  EXPECT_THAT(refused.err, HasSubstr("--threads: must be a whole number within 1 to 16, not '17'"));
}

TEST_F(Bench, LayersForPeople) {
  const Outcome done = pitlane("bench " + at("a.pit") + " --layers --seconds 0.1");
  EXPECT_EQ(done.code, 0) << done.err;
  EXPECT_THAT(done.out, AllOf(HasSubstr("limits of one core: "), HasSubstr("layer (what it does)"),
                              HasSubstr("(conv f32)"), HasSubstr("a reading of the clock costs ")));
}

TEST_F(Bench, PeriodicCountsFrames) {
  const nlohmann::json loop =
      measured("--periodic 100Hz --seconds 0.5").at("networks").at(0).at("timing").at("periodic");
  EXPECT_EQ(loop.at("period_ms"), 10);
  EXPECT_EQ(loop.at("frames"), 50);
  EXPECT_EQ(loop.at("answered").get<int>() + loop.at("dropped").get<int>(), 50);
  EXPECT_GE(loop.at("frame_age_at_command_ms").at("p50"), loop.at("run_ms").at("p50").get<double>() * 0.5);
  EXPECT_THAT(pitlane("bench " + at("a.pit") + " --periodic 5ms --seconds 0.1").out,
              AllOf(HasSubstr("a frame every 5.000 ms: 20 frames, "), HasSubstr("age of the frame at its answer")));
}

TEST_F(Bench, PeriodicRefusesWhatIsNoRate) {
  for (const std::string text : {"fast", "0", "-1", "20kHz", "2000", "nan", "20000ms"})
    EXPECT_EQ(
        refused("bench " + at("a.pit") + " --periodic=" + text),
        "pitlane: --periodic: must be a rate such as 20Hz or a period such as 50ms, within 0.1 to 1000 Hz, not '" +
            text + "'\n");
  EXPECT_THAT(refused("bench " + at("a.pit") + " --periodic"), HasSubstr("--periodic"));
  EXPECT_EQ(refused("bench " + at("a.pit") + " --periodic 1Hz --seconds 0.5"),
            "pitlane: --seconds: shorter than one period of 1Hz; give it more time\n");
  EXPECT_EQ(refused("bench " + at("a.pit") + " --periodic 20Hz --layers"),
            "pitlane: --layers and --periodic are different measurements; ask for one of them\n");
}

}  // namespace
}  // namespace pitlane::testing
