// drive under perturbations and over latencies; record with a driver of ours.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <string>

#include "program.h"

namespace pitlane::testing {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;
using Json = nlohmann::json;

class Drive : public InAFolder {};

// Without what the clock says.
Json untimed(const std::string& document) {
  Json json = Json::parse(document);
  for (Json& episode : json.at("episodes")) episode.erase("timing");
  return json;
}

Json driven(const std::string& arguments) {
  const Outcome outcome = pitlane("drive " + arguments + " --json");
  EXPECT_EQ(outcome.code, 0) << outcome.err;
  return untimed(outcome.out);
}

TEST_F(Drive, EachPerturbationIsDrivenBesideNone) {
  const std::string what = "line-follower --circuit mixed --timeout 3 --perturb dusk --perturb noise=8,drop=10%";
  const Json json = driven(what);
  ASSERT_EQ(json.at("episodes").size(), 3U);
  EXPECT_EQ(json["episodes"][0].at("perturbation"), "none");
  EXPECT_EQ(json["episodes"][1].at("perturbation_name"), "dusk");
  EXPECT_EQ(json["episodes"][2].at("perturbation"), "noise=8,drop=0.1");
  EXPECT_GT(json["episodes"][2].at("frames_skipped"), 0);
  EXPECT_NE(json["episodes"][0].at("deviation_m"), json["episodes"][2].at("deviation_m"));
  EXPECT_EQ(json.at("robustness").size(), 3U);
  EXPECT_EQ(json, driven(what)) << "one seed gives the same bytes";
  EXPECT_NE(json["episodes"][2], driven(what + " --seed 2")["episodes"][2]);
  // None is the drive that it is without the flag.
  Json none = json["episodes"][0];
  none.erase("perturbation");
  none.erase("perturbation_name");
  EXPECT_EQ(none, driven("line-follower --circuit mixed --timeout 3")["episodes"][0]);
  EXPECT_THAT(pitlane("drive " + what).out, AllOf(HasSubstr("noise=8,drop=10%"), HasSubstr("robustness     none"),
                                                  Not(HasSubstr("completes up to"))));
}

TEST_F(Drive, ThePerturbationTwiceIsDrivenOnce) {
  EXPECT_EQ(driven("expert --circuit mixed --timeout 1 --perturb none --perturb light=0.5 --perturb light=50%")
                .at("episodes")
                .size(),
            2U);
}

TEST_F(Drive, WrongPerturbationsAreRefusedInOneLine) {
  EXPECT_THAT(refused("drive expert --perturb fog"), AllOf(HasSubstr("--perturb: "), HasSubstr("presets are dusk")));
  EXPECT_THAT(refused("drive expert --perturb fog=1"), AllOf(HasSubstr("'fog' is not known"), HasSubstr("light, hue")));
  EXPECT_THAT(refused("drive expert --perturb drop=2"), HasSubstr("'drop' must be a number within 0..0.95"));
  refused("drive expert --perturb ''");
}

TEST_F(Drive, PerturbationsListsAll) {
  const Outcome list = pitlane("perturbations");
  EXPECT_EQ(list.code, 0);
  for (const char* name : {"dusk", "lossy", "light", "camera_yaw", "start_side", "-0.5..0.5 rad"})
    EXPECT_THAT(list.out, HasSubstr(name));
}

TEST_F(Drive, LatenciesShareAUnit) {
  const Json json = driven("expert --circuit mixed --timeout 2 --latency 0,20,60,120ms");
  ASSERT_EQ(json.at("episodes").size(), 4U);
  EXPECT_EQ(json["episodes"][0].at("latency"), "none");
  EXPECT_EQ(json["episodes"][3].at("latency"), "120ms");
  EXPECT_EQ(json.at("latency_limits")[0].at("tried").size(), 4U);
  EXPECT_TRUE(json["latency_limits"][0].at("completes_up_to_ms").is_null()) << "two seconds are no lap";
  EXPECT_THAT(refused("drive expert --latency 20ms,40"), AllOf(HasSubstr("'40'"), HasSubstr("0,20,60ms")));
  EXPECT_THAT(refused("drive expert --latency 20ms --latency-sweep"), HasSubstr("excludes"));
}

TEST_F(Drive, MeasuredLatencyIsWhatADriverTakesTimesAFactor) {
  save_pilotnet(place_ / "n.pit");
  const std::string n = at("n.pit") + " --circuit tight --timeout 2 --json";
  const Outcome outcome = pitlane("drive " + n + " --latency none,measured");
  ASSERT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_THAT(outcome.err, ::testing::ContainsRegex("latency of n.pit, [0-9]+ decisions: p50 [0-9.e-]+ ms, p99"));
  const Json json = Json::parse(outcome.out);
  ASSERT_EQ(json.at("episodes").size(), 2U);
  EXPECT_EQ(json["episodes"][0].at("latency"), "none");
  EXPECT_EQ(json["episodes"][1].at("latency"), "measured");
  EXPECT_GT(json["episodes"][1]["frame_age_ms"]["mean"], 0);
  // With a profile the same bytes again; the first drive makes it.
  const std::string with = n + " --latency measured --latency-factor 4 --latency-profile " + at("p.txt");
  const Outcome made = pitlane("drive " + with), again = pitlane("drive " + with);
  ASSERT_EQ(made.code, 0) << made.err;
  EXPECT_THAT(read(place_ / "p.txt"), ::testing::StartsWith("# n.pit, "));
  EXPECT_EQ(untimed(made.out), untimed(again.out));
  EXPECT_EQ(again.err, "") << "nothing is measured";
  EXPECT_EQ(Json::parse(made.out)["episodes"][0].at("latency"), "measured x4");
  // A profile of one time is that latency, times the factor.
  write(place_ / "p.txt", "30\n");
  const Json scaled = driven(
      "expert --circuit tight --timeout 2 --latency measured --latency-factor 2 --latency-profile " + at("p.txt"));
  const Json fixed = driven("expert --circuit tight --timeout 2 --latency 60ms");
  EXPECT_NEAR(scaled["episodes"][0]["frame_age_ms"]["mean"], fixed["episodes"][0]["frame_age_ms"]["mean"], 1e-6);
  EXPECT_EQ(scaled["episodes"][0]["deviation_m"], fixed["episodes"][0]["deviation_m"]);
}

TEST_F(Drive, MeasuredLatencyIsRefusedWhereItMakesNoSense) {
  EXPECT_THAT(refused("drive expert --latency measured,measured"), HasSubstr("'measured' stands twice"));
  EXPECT_THAT(refused("drive expert --latency-factor 2"), HasSubstr("--latency-factor: is about '--latency measured'"));
  EXPECT_THAT(refused("drive expert --latency 60ms --latency-profile " + at("p.txt")),
              HasSubstr("--latency-profile: is about '--latency measured'"));
  EXPECT_THAT(refused("drive expert line-follower --latency measured --latency-profile " + at("p.txt")),
              AllOf(HasSubstr("p.txt: is not there"), HasSubstr("of 2 drivers")));
  EXPECT_THAT(refused("drive expert --latency soon"), HasSubstr("or measured"));
  for (const char* list : {"measured,", ",measured", ",60ms,measured", "60ms,,measured"})
    EXPECT_THAT(refused("drive expert --latency " + std::string(list)), HasSubstr("latency '' is not understood"))
        << list;
  write(place_ / "p.txt", "12\nfast\n");
  EXPECT_THAT(refused("drive expert --latency measured --latency-profile " + at("p.txt")), HasSubstr("p.txt:2: "));
  for (const char* output : {" --report ", " --video "})
    EXPECT_THAT(refused("drive expert --latency measured --latency-profile " + at("p.mp4") + output + at("./p.mp4")),
                HasSubstr("p.mp4: is the file of --latency-profile and would be replaced; choose another name"))
        << output;
  write(place_ / "p.txt", "9000\n");
  EXPECT_THAT(refused("drive expert --latency measured --latency-factor 2 --latency-profile " + at("p.txt")),
              HasSubstr("--latency measured: the latency profile holds a value that is not within 0..10 s"));
  EXPECT_EQ(entries(place_.path()), 1U);
}

// A network that was never trained leaves the line at once.
TEST_F(Drive, WhoStraysInTheAlleyCollides) {
  save_pilotnet(place_ / "n.pit");
  const Json alley = driven(at("n.pit") + " --circuit alley")["episodes"][0];
  EXPECT_EQ(alley.at("end"), "collision");
  EXPECT_EQ(alley.at("collisions"), 1);
  EXPECT_LE(alley.at("driving_score").get<double>(), 0.65 * alley.at("percentage_completed").get<double>() + 1e-9);
  // Elsewhere walls stand farther away than the limit of the road, unless that is moved.
  const std::string mixed = at("n.pit") + " --circuit mixed";
  EXPECT_EQ(driven(mixed)["episodes"][0].at("end"), "off_road");
  EXPECT_EQ(driven(mixed + " --off-road-limit 6")["episodes"][0].at("end"), "collision");
  EXPECT_THAT(refused("drive expert --off-road-limit 0"), HasSubstr("--off-road-limit"));
}

TEST_F(Drive, SweepFindsTheLargestLatencyToFiveMilliseconds) {
  const Json json = driven("expert --circuit tight --circuit figure-eight --latency-sweep");
  const Json& limit = json.at("latency_limits").at(0);
  const int completes = limit.at("completes_up_to_ms"), fails = limit.at("first_failure_ms");
  EXPECT_EQ(completes % 5, 0);
  EXPECT_EQ(fails, completes + 5);
  EXPECT_GE(completes, 60);
  // Driven alone it is the same.
  const auto all_complete = [](int latency_ms) {
    const Json alone =
        driven("expert --circuit tight --circuit figure-eight --latency " + std::to_string(latency_ms) + "ms");
    const Json& episodes = alone.at("episodes");
    return std::all_of(episodes.begin(), episodes.end(), [](const Json& e) { return e.at("completed").get<bool>(); });
  };
  EXPECT_TRUE(all_complete(completes));
  EXPECT_FALSE(all_complete(fails));
}

TEST_F(Drive, ReportIsAPageWithItsCommand) {
  const Outcome outcome =
      pitlane("drive expert --circuit tight --perturb lossy --latency none,60ms --no-video --report " + at("r.html"));
  EXPECT_EQ(outcome.code, 0) << outcome.err;
  const std::string page = read(place_ / "r.html");
  EXPECT_THAT(page, AllOf(HasSubstr("id=\"decay\""), HasSubstr("id=\"robust-deviation\""), HasSubstr("--perturb lossy"),
                          HasSubstr("drop=0.2,late=0.2"), Not(HasSubstr("src=\"http"))));
  EXPECT_THAT(refused("drive expert --report " + at("no/such/r.html")), HasSubstr("no/such"));
}

TEST_F(Drive, RecordTakesTheLineFollowerAsItsDriver) {
  record(place_ / "rec", 40, "--circuit mixed --driver line-follower");
  EXPECT_EQ(entries(place_ / "rec"), 42U) << "frames, data.csv and recording.json";
  record(place_ / "expert", 40, "--circuit mixed --driver expert");
  record(place_ / "default", 40, "--circuit mixed");
  EXPECT_EQ(read(place_ / "expert/data.csv"), read(place_ / "default/data.csv"));
  EXPECT_NE(read(place_ / "rec/data.csv"), read(place_ / "default/data.csv"));
}

}  // namespace
}  // namespace pitlane::testing
