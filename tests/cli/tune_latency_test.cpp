// tune under latencies that are measured: each network has its own, and keeps it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>

#include "program.h"

namespace pitlane::testing {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using ::testing::AllOf;
using ::testing::HasSubstr;

class TuneLatency : public InAFolder {
 protected:
  void SetUp() override { save_pilotnet(place_ / "a.pit"); }
  /// Of a network that was taught nothing: it drives a little, and none is recommended.
  [[nodiscard]] json tuned(const std::string& more, const std::string& out = "out") const {
    const Outcome outcome = Running(
                                "tune a.pit --quick --frames 600 --circuit mixed --strategy float16_quan --no-video"
                                " --json --out " +
                                    out + " " + more,
                                place_.path())
                                .finish();
    EXPECT_EQ(outcome.code, 1) << outcome.err;
    json result = json::parse(outcome.out);
    drop_timing(result);
    return result;
  }
  static void drop_timing(json& document) {
    if (document.is_object()) document.erase("timing");
    for (json& part : document)
      if (part.is_structured()) drop_timing(part);
  }
  [[nodiscard]] std::string refused_tune(const std::string& more) const {
    return refused("tune " + at("a.pit") + " --out " + at("out") + " " + more);
  }
};

TEST_F(TuneLatency, EachRowKeepsItsOwn) {
  const std::string measured = "--latency none,measured --latency-factor 40";
  const json first = tuned(measured);
  ASSERT_EQ(first["rows"].size(), 2U);
  for (const json& row : first["rows"]) {
    ASSERT_EQ(row["laps"].size(), 4U) << "two directions";
    EXPECT_EQ(row["laps"][0]["latency"], "none");
    EXPECT_EQ(row["laps"][1]["latency"], "measured x40");
    EXPECT_NE(row["laps"][1]["frame_age_ms"], row["laps"][0]["frame_age_ms"]);
  }
  EXPECT_THAT(first["notes"].dump(),
              AllOf(HasSubstr("Laps under measured x40 latency draw what each network took here, times the factor: "
                              "baseline p50 "),
                    HasSubstr("; float16_quan p50 ")));
  EXPECT_EQ(tuned(measured), first);
  // A row that is made again drives as it did: what was measured is kept beside it.
  fs::remove(place_ / "out/networks/float16_quan.pit");
  EXPECT_EQ(tuned(measured), first);
}

// A profile of one time is that latency.
TEST_F(TuneLatency, AProfileIsEverybodys) {
  std::ofstream(place_ / "p.txt") << "25\n";
  json profiled = tuned("--latency measured --latency-factor 2 --latency-profile p.txt", "profiled");
  json fixed = tuned("--latency 50ms", "fixed");
  for (std::size_t i = 0; i < fixed["rows"].size(); ++i)
    for (json* laps : {&profiled["rows"][i]["laps"], &fixed["rows"][i]["laps"]})
      for (json& lap : *laps) lap.erase("latency");
  EXPECT_EQ(profiled["rows"], fixed["rows"]);
  // Another profile is another result, in the same place.
  std::ofstream(place_ / "p.txt") << "400\n";
  const json slower = tuned("--latency measured --latency-factor 2 --latency-profile p.txt", "profiled");
  EXPECT_NE(slower["rows"][0]["laps"], profiled["rows"][0]["laps"]);
}

TEST_F(TuneLatency, WhatCannotBeIsRefusedAtOnce) {
  EXPECT_THAT(refused_tune("--latency measured,measured"), HasSubstr("--latency: 'measured' stands twice; keep one"));
  EXPECT_THAT(refused_tune("--latency soon"), HasSubstr("'soon' is not understood"));
  EXPECT_THAT(refused_tune("--latency-factor 2"), HasSubstr("--latency-factor: is about '--latency measured'"));
  EXPECT_THAT(refused_tune("--latency measured --latency-factor 0"), HasSubstr("--latency-factor"));
  EXPECT_THAT(refused_tune("--latency measured --latency-profile " + at("none.txt")),
              HasSubstr("none.txt: is not there; leave it out, and each network's own latency is measured"));
  std::ofstream(place_ / "p.txt") << "12\nsoon\n";
  EXPECT_THAT(refused_tune("--latency measured --latency-profile " + at("p.txt")), HasSubstr("p.txt:2: "));
  std::ofstream(place_ / "p.txt") << "9000\n";
  EXPECT_THAT(refused_tune("--latency measured --latency-factor 2 --latency-profile " + at("p.txt")),
              HasSubstr("--latency measured: the latency profile holds a value that is not within 0..10 s"));
  EXPECT_FALSE(fs::exists(place_ / "out"));
}

}  // namespace
}  // namespace pitlane::testing
