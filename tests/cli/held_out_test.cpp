// A network knows the circuits it learned from, and the verbs that drive it say which were kept from it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <string>

#include "pitlane/network/pit_file.h"
#include "program.h"

namespace pitlane::testing {
namespace {

namespace fs = std::filesystem;
using ::testing::AllOf;
using ::testing::HasSubstr;

class HeldOut : public InAFolder {
 protected:
  void train(const std::string& from, const std::string& data, const std::string& out) const {
    const Outcome trained = pitlane("train " + from + " --epochs 1 --data " + data + " --out " + at(out));
    ASSERT_EQ(trained.code, 0) << trained.err;
  }

  [[nodiscard]] std::string circuits(const std::string& network) const {
    return load_pit(place_ / network)->metadata.at("circuits");
  }
};

// What the report says of laps on this circuit.
std::string held_out_in(const std::string& text, const std::string& circuit) {
  const auto lap = text.find("\"circuit\": \"" + circuit + "\"");
  const auto key = text.find("\"held_out\": ", lap);
  return lap == std::string::npos || key == std::string::npos ? "not there" : text.substr(key + 12, 4);
}

TEST_F(HeldOut, IsEveryCircuitThatNoRecordingOfTheNetworkNames) {
  record(place_ / "rec", 60, "--circuit mixed");
  train("--network pilotnet-torch", at("rec"), "n.pit");
  EXPECT_EQ(circuits("n.pit"), "mixed");

  const std::string drive = "drive " + at("n.pit") + " --circuit mixed --circuit tight --timeout 1";
  EXPECT_THAT(pitlane(drive).out, AllOf(HasSubstr("* = held out"), HasSubstr("mixed "), HasSubstr("tight* ")));
  const std::string driven = pitlane(drive + " --json").out;
  EXPECT_EQ(held_out_in(driven, "mixed"), "fals");
  EXPECT_EQ(held_out_in(driven, "tight"), "true");

  // Trained on with another recording: both are known then.
  record(place_ / "more", 60, "--circuit tight");
  train("--from " + at("n.pit"), at("rec") + " " + at("more"), "both.pit");
  EXPECT_EQ(circuits("both.pit"), "mixed,tight");
  EXPECT_THAT(pitlane("inspect " + at("both.pit")).out, HasSubstr("circuits: mixed,tight"));
}

// Fine-tuning sees the recording too.
TEST_F(HeldOut, IsNotWhatANetworkIsTunedOn) {
  record(place_ / "rec", 60, "--circuit mixed");
  record(place_ / "more", 60, "--circuit tight");
  train("--network pilotnet-torch", at("rec"), "n.pit");
  const Outcome tuned = pitlane("tune " + at("n.pit") + " --data " + at("more") +
                                " --circuit mixed --circuit tight --circuit chicane --latency none --strategy baseline "
                                "--out " +
                                at("out"));
  ASSERT_EQ(tuned.code, 1) << "one epoch of 60 frames drives nowhere: " << tuned.err;
  EXPECT_THAT(tuned.out, HasSubstr("ompletes none of its 6 laps, as little as the baseline"));
  const std::string results = read(place_ / "out/results.json");
  EXPECT_EQ(held_out_in(results, "mixed"), "fals");
  EXPECT_EQ(held_out_in(results, "tight"), "fals") << "the rows may have been fine-tuned on it";
  EXPECT_EQ(held_out_in(results, "chicane"), "true");
  EXPECT_THAT(results, HasSubstr("\"trained and tuned on circuits\": \"mixed, tight\""));
  EXPECT_THAT(read(place_ / "out/report.html"), HasSubstr("held out"));
  EXPECT_EQ(circuits("out/networks/baseline.pit"), "mixed,tight");
}

}  // namespace
}  // namespace pitlane::testing
