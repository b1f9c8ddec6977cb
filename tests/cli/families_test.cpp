// Each family of networks goes the whole way: trained on a recording, evaluated, driven, made smaller.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdio>
#include <fstream>
#include <nlohmann/json.hpp>

#include "pitlane/network/families.h"
#include "pitlane/network/pit_file.h"
#include "pitlane/optimize/strategy.h"
#include "program.h"

namespace pitlane::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class EndToEnd : public ::testing::TestWithParam<std::size_t> {
 protected:
  static void SetUpTestSuite() {
    place_ = new TemporaryDirectory;
    record(*place_ / "rec", 120, "--circuit mixed --whole-frames");
  }
  static void TearDownTestSuite() { delete place_; }
  static std::string in(const std::string& name) { return "'" + (*place_ / name).string() + "'"; }
  static TemporaryDirectory* place_;
};
TemporaryDirectory* EndToEnd::place_ = nullptr;

TEST_P(EndToEnd, TrainsEvaluatesDrivesAndGoesThroughStrategies) {
  const std::string family = families()[GetParam()].name;
  const std::string net = in(family + ".pit"), data = " --data " + in("rec");
  const Outcome trained =
      pitlane("train --network " + family + data + " --size 70 66 --epochs 1 --batch 16 --out " + net);
  ASSERT_EQ(trained.code, 0) << trained.err;
  EXPECT_THAT(trained.err, Not(HasSubstr("warning")));
  const auto network = load_pit(*place_ / (family + ".pit"));
  ASSERT_TRUE(network.ok()) << network.error().message();
  EXPECT_EQ(network->name, family);

  const Outcome evaluated = pitlane("evaluate " + net + data + " --json");
  ASSERT_EQ(evaluated.code, 0) << evaluated.err;
  EXPECT_THAT(evaluated.out, HasSubstr("\"mse\""));

  const Outcome driven = pitlane("drive " + net + " --circuit mixed --timeout 1 --json");
  ASSERT_LE(driven.code, 1) << driven.err;
  const auto report = nlohmann::json::parse(driven.out, nullptr, false);
  ASSERT_TRUE(report.is_object() && report["episodes"].size() == 1) << driven.out;
  EXPECT_GT(report["episodes"][0].value("distance_m", 0.0), 3) << driven.out;

  const Outcome tuned =
      pitlane("tune " + net + data + " --no-track --quick --strategy float16_quan dynamic_quan int_flt_quan int4" +
              " --out " + in(family + "-tuned"));
  ASSERT_LE(tuned.code, 1) << tuned.err;
  for (std::string strategy : {"float16_quan", "dynamic_quan", "int_flt_quan"}) {
    strategy.resize(16, ' ');
    EXPECT_THAT(tuned.err, HasSubstr(strategy + " done")) << tuned.err;
  }
  const bool large = std::ranges::any_of(network->weights, [](const Weight& w) { return w.size() >= 1 << 16; });
  EXPECT_THAT(tuned.err, HasSubstr(large ? "int4             done"
                                         : "no layer that may have fewer bits than 8 has 65,536 weights"))
      << tuned.err;
}

// One epoch on few frames: whether each does something that makes sense, not how well. Of weights as they are drawn a
// threshold for all would empty the layers that have the smallest, so few are pruned.
TEST_P(EndToEnd, EveryStrategyIsDoneOrSaysWhyItDoesNotApply) {
  const std::string family = families()[GetParam()].name;
  const std::string net = in(family + "-all.pit"), data = " --data " + in("rec"), out = family + "-all";
  const Outcome trained =
      pitlane("train --network " + family + data + " --size 70 66 --epochs 1 --batch 16 --out " + net);
  ASSERT_EQ(trained.code, 0) << trained.err;
  const Outcome tuned =
      pitlane("tune " + net + data + " --no-track --epochs 1 --sparsity 0.3 --calibration-samples 32 --out " + in(out));
  ASSERT_LE(tuned.code, 1) << tuned.err;
  std::ifstream file(*place_ / out / "results.json");
  const auto results = nlohmann::json::parse(file, nullptr, false);
  ASSERT_TRUE(results.is_object());
  EXPECT_EQ(results["rows"].size(), strategies().size());
  for (const nlohmann::json& row : results["rows"]) {
    const std::string name = row["strategy"];
    if (!row.contains("failure")) {
      EXPECT_GT(row.value("mse", 0.0), 0) << name;
      continue;
    }
    EXPECT_TRUE(row.value("inapplicable", false)) << name << ": " << row["failure"];
    std::printf("%s: %s does not apply: %s\n", family.c_str(), name.c_str(), row["failure"].get<std::string>().c_str());
  }
}

INSTANTIATE_TEST_SUITE_P(Families, EndToEnd, ::testing::Range<std::size_t>(0, families().size()),
                         [](const ::testing::TestParamInfo<std::size_t>& tested) {
                           std::string name = families()[tested.param].name;
                           std::ranges::replace(name, '-', '_');
                           return name;
                         });

TEST(FamilyFlags, AgesThatDoNotFitAreRefused) {
  const TemporaryDirectory place;
  record(place / "rec", 30);
  const std::string train =
      "train --data '" + (place / "rec").string() + "' --out '" + (place / "a.pit").string() + "' ";
  EXPECT_THAT(refused(train + "--network pilotnet-torch --ages 1,0"), HasSubstr("pilotnet-torch sees a single frame"));
  EXPECT_THAT(refused(train + "--network pilotnet-stacked --ages 1001"), HasSubstr("--ages"));
  EXPECT_THAT(refused(train + "--network pilotnet-stacks"), HasSubstr("known: pilotnet-torch, pilotnet-tf"));
}

}  // namespace
}  // namespace pitlane::testing
