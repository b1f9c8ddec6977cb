// pitlane replay as a user meets it.
#include <gmock/gmock.h>

#include <cmath>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <opencv2/imgcodecs.hpp>
#include <sstream>
#include <string>

#include "program.h"

namespace pitlane::testing {
namespace {

namespace fs = std::filesystem;
using ::testing::AllOf;
using ::testing::ContainsRegex;
using ::testing::HasSubstr;
using ::testing::Not;

class ReplayVerb : public InAFolder {
 protected:
  void SetUp() override {
    record(place_ / "rec", 60, "--circuit mixed --whole-frames");
    ASSERT_EQ(pitlane("convert " + a() + " " + at("half.pit") + " --strategy bfloat16_quan").code, 0);
    ASSERT_EQ(pitlane("convert " + a() + " " + at("int8.pit") + " --strategy int_flt_quan --data " + at("rec")).code,
              0);
  }
  static std::string a() { return "'" + std::string(PITLANE_SOURCE_DIR) + "/examples/pilotnet.pit'"; }
  [[nodiscard]] std::string words(const std::string& b) const {
    return "replay " + at("rec") + " " + a() + " " + at(b) + " ";
  }
};

TEST_F(ReplayVerb, SaysHowFarApartAndWhere) {
  const Outcome same = pitlane("replay " + at("rec") + " " + a() + " " + a());
  EXPECT_EQ(same.code, 0) << same.err;
  EXPECT_THAT(same.out, AllOf(HasSubstr("60 frames"), HasSubstr("They say the same on every frame.")));
  const Outcome other = pitlane(words("int8.pit"));
  EXPECT_EQ(other.code, 0) << other.err;
  EXPECT_THAT(other.out, AllOf(ContainsRegex("v +m/s +[0-9.]+ \\([0-9.]+ %\\)"), HasSubstr("Worst frames:"),
                               ContainsRegex("data.csv:[0-9]+ [^ ]+\\.png: v [0-9.]+ / [0-9.]+, w -?[0-9.]+")));
}

// The numbers against those of evaluate, which compares the same two networks by another way.
TEST_F(ReplayVerb, JsonAndCsvHoldTheSameNumbers) {
  const Outcome made = pitlane(words("int8.pit") + "--json --out " + at("out") + " --worst 3");
  ASSERT_EQ(made.code, 0) << made.err;
  const auto json = nlohmann::json::parse(made.out);
  EXPECT_EQ(read(place_ / "out/replay.json"), made.out);
  EXPECT_EQ(json["frames"], 60);
  std::istringstream csv(read(place_ / "out/frames.csv"));
  std::string line;
  std::getline(csv, line);
  EXPECT_EQ(line, "row,frame,v_a,v_b,v_difference,w_a,w_b,w_difference\r");
  double mean = 0, largest = 0, squares = 0;
  int frames = 0;
  for (; std::getline(csv, line); ++frames) {
    std::istringstream fields(line);
    std::string row, name, field;
    std::getline(fields, row, ','), std::getline(fields, name, ',');
    double v[3] = {}, w[3] = {};
    for (double* value : {&v[0], &v[1], &v[2], &w[0], &w[1], &w[2]}) {
      std::getline(fields, field, ',');
      *value = std::stod(field);
    }
    EXPECT_NEAR(v[1] - v[0], v[2], 1e-9);
    mean += std::abs(v[2]) / 60;
    largest = std::max(largest, std::abs(v[2]));
    squares += std::pow(v[2] / 17.5, 2) + std::pow(w[2] / 14.2, 2);
  }
  EXPECT_EQ(frames, 60);
  EXPECT_NEAR(json["outputs"][0]["mean"], mean, 1e-9);
  EXPECT_NEAR(json["outputs"][0]["largest"], largest, 1e-9);
  const auto evaluated = nlohmann::json::parse(
      pitlane("evaluate " + a() + " " + at("int8.pit") + " --part all --json --data " + at("rec")).out);
  EXPECT_NEAR(evaluated["networks"][1]["agreement"]["mse"], squares / 120, 1e-4 * squares / 120);
  for (const char* name : {"worst-01.png", "worst-02.png", "worst-03.png"}) {
    const cv::Mat picture = cv::imread((place_ / "out" / name).string());
    EXPECT_EQ(picture.cols, 640) << name;
    EXPECT_GT(picture.rows, 480 + 2 * 40) << "the frame, and a scale for each output";
  }
  EXPECT_FALSE(fs::exists(place_ / "out/worst-04.png"));
  // Fewer next time: pictures of before do not stay. The same bytes for all else.
  const Outcome again = pitlane(words("int8.pit") + "--json --out " + at("out") + " --worst 1");
  ASSERT_EQ(again.code, 0) << again.err;
  EXPECT_FALSE(fs::exists(place_ / "out/worst-02.png"));
}

TEST_F(ReplayVerb, LimitsMakeAGate) {
  EXPECT_EQ(pitlane(words("half.pit") + "--max-difference 0.2 --mean-difference v=3 --mean-difference w=1").code, 0);
  const Outcome both = pitlane(words("int8.pit") + "--max-difference v=0.000001 --mean-difference 0");
  EXPECT_EQ(both.code, 1);
  EXPECT_THAT(both.err,
              AllOf(ContainsRegex("v: the largest difference is [0-9.e-]+ m/s \\([0-9.]+ % of its range\\) at "
                                  "data.csv:[0-9]+ .*, more than the [0-9.]+ m/s of --max-difference"),
                    HasSubstr("v: the mean difference is "), HasSubstr("w: the mean difference is "),
                    HasSubstr("of --mean-difference")));
  EXPECT_THAT(both.out, HasSubstr("Worst frames:")) << "the numbers are there all the same";
}

TEST_F(ReplayVerb, LabelsAreNotLookedAt) {
  fs::create_directories(place_ / "steer/IMG");
  std::string csv;
  for (int i = 0; i < 12; ++i) {
    const std::string name = "IMG/center_2020_01_01_00_00_" + std::to_string(10 + i) + "_000.png";
    cv::imwrite((place_ / "steer" / name).string(), cv::Mat(480, 640, CV_8UC3, cv::Scalar(i * 9, 40, 90)));
    csv += name + ",,,0,0,0,0\n";
  }
  write(place_ / "steer/driving_log.csv", csv);
  const Outcome made = pitlane("replay " + at("steer") + " " + a() + " " + at("int8.pit"));
  EXPECT_EQ(made.code, 0) << made.err;
  EXPECT_THAT(made.out, HasSubstr("12 frames"));
}

TEST_F(ReplayVerb, BadInput) {
  EXPECT_THAT(refused(words("int8.pit") + "--max-difference much"),
              HasSubstr("--max-difference: must be a share of the outputs' ranges, e.g. 0.05, or NAME=VALUE in that "
                        "output's unit, e.g. v=0.5, not 'much'"));
  EXPECT_THAT(refused(words("int8.pit") + "--mean-difference v=-1"), HasSubstr("not 'v=-1'"));
  EXPECT_THAT(refused(words("int8.pit") + "--mean-difference x=1"),
              HasSubstr("--mean-difference: the networks share no output 'x'; they share v, w"));
  EXPECT_THAT(refused("replay " + at("gone") + " " + a() + " " + a()), HasSubstr("gone"));
  EXPECT_THAT(refused(words("gone.pit")), HasSubstr("gone.pit: "));
  EXPECT_THAT(refused(words("int8.pit") + "--out " + at("rec")), HasSubstr("rec: holds a recording (recording.json)"));
  EXPECT_EQ(entries(place_ / "rec"), 62U) << "60 pictures and two files: nothing was put there";
}

}  // namespace
}  // namespace pitlane::testing
