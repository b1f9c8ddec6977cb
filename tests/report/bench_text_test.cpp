#include "pitlane/report/bench_text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "pitlane/report/episode_json.h"
#include "sample_result.h"

namespace pitlane {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

PeriodicResult sample_periodic() {
  PeriodicResult r;
  r.period_ms = 50;
  r.frames = 1200;
  r.answered = 1199;
  r.dropped = 1;
  r.missed = 2;
  r.achieved_hz = 19.98;
  r.run_ms = {0.9, 1.5, 101.25};
  r.start_jitter_ms = {0.1, 0.2, 0.3};
  r.completion_jitter_ms = {0.4, 0.5, 0.6};
  r.frame_age_at_command_ms = {1, 2, 102};
  return r;
}

TEST(BenchText, ALineALayerAndWhatTheSumLeaves) {
  LayerProfile profile = *sample_result().rows[3].layers;
  profile.whole_ms.p50 = profile.sum_ms / 1.05;
  const std::string text = layers_text("a.pit (engine)", profile);
  EXPECT_THAT(text,
              StartsWith("a.pit (engine)\n        us     share     M MAC    GMAC/s        kB      GB/s  roofline  "
                         "layer (what it does)\n"));
  EXPECT_THAT(text,
              HasSubstr("    158.88      48 %      14.2      89.5     121.1     0.762      0.70  conv2 (conv int8)\n"));
  EXPECT_THAT(
      text, HasSubstr("      6.62     2.0 %         -         -      30.0      4.53      0.70  input camera (copy)\n"));
  EXPECT_THAT(text, HasSubstr("median of 1,500 whole runs in the same turns 0.3152 ms (sum +5.0 %)\n"));
  EXPECT_THAT(text, HasSubstr("a reading of the clock costs 25 ns; 12 a run, taken off the layers' times\n"));
}

TEST(BenchText, ALimitThatIsNotKnownIsADash) {
  LayerProfile profile = *sample_result().rows[3].layers;
  profile.layers[2].limit_ms = 0;
  EXPECT_THAT(layers_text("", profile), HasSubstr("     0.762         -  conv2"));
}

TEST(BenchText, TheLimitsOfTheMachine) {
  EXPECT_EQ(roofline_text(sample_result().roofline),
            "limits of one core: f32 83.0 GMAC/s, int8 166 GMAC/s, reading 16 KiB 160, 1 MiB 80.0, 16 MiB 30.0 GB/s\n");
}

TEST(BenchText, WhatAControlLoopWouldSee) {
  EXPECT_EQ(
      periodic_text("a.pit (engine)", sample_periodic()),
      "a.pit (engine)\n"
      "a frame every 50.00 ms: 1,200 frames, 1,199 answered (19.98 Hz), 1 dropped for a newer one, 2 answered later "
      "than the next frame\n"
      "         p50         p99         max  milliseconds\n"
      "      0.9000      1.5000    101.2500  run\n"
      "      0.1000      0.2000      0.3000  start after the frame's moment\n"
      "      0.4000      0.5000      0.6000  time between answers beside the period\n"
      "      1.0000      2.0000    102.0000  age of the frame at its answer\n");
}

TEST(BenchJson, HoldsWhatWasAskedForUnderTiming) {
  const TuneResult sample = sample_result();
  BenchEntry layers, periodic;
  layers.subject.model = periodic.subject.model = "a.pit";
  layers.isa = periodic.isa = "avx2";
  layers.layers = sample.rows[3].layers;
  layers.latency_ms = layers.layers->whole_ms;
  periodic.periodic = sample_periodic();
  const auto json = nlohmann::json::parse(bench_json({layers, periodic}, sample.roofline));
  const auto& first = json.at("networks").at(0);
  EXPECT_EQ(first.at("isa"), "avx2");
  EXPECT_EQ(first.at("timing").at("by_layer").at("layers").at(1).at("work"), "conv int8");
  EXPECT_EQ(first.at("timing").at("latency_ms").at("runs"), 1500);
  EXPECT_EQ(json.at("timing").at("roofline").at("peaks").at(0).at("type"), "f32");
  const auto& timing = json.at("networks").at(1).at("timing");
  EXPECT_FALSE(timing.contains("latency_ms"));
  const auto& loop = timing.at("periodic");
  EXPECT_EQ(loop.at("deadline_misses"), 2);
  EXPECT_EQ(loop.at("dropped"), 1);
  EXPECT_DOUBLE_EQ(loop.at("run_ms").at("max"), 101.25);
  EXPECT_DOUBLE_EQ(loop.at("start_jitter_ms").at("p99"), 0.2);
  EXPECT_DOUBLE_EQ(loop.at("completion_jitter_ms").at("p50"), 0.4);
  EXPECT_DOUBLE_EQ(loop.at("frame_age_at_command_ms").at("max"), 102);
  EXPECT_FALSE(nlohmann::json::parse(bench_json({periodic})).contains("timing"));
}

}  // namespace
}  // namespace pitlane
