// Long work that is interrupted or killed goes on where it stopped, and comes to the same bytes.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "program.h"

namespace pitlane::testing {
namespace {

namespace fs = std::filesystem;
using ::testing::AllOf;
using ::testing::HasSubstr;

class TrainResume : public ::testing::TestWithParam<const char*> {};

// The network notes its own command, so all runs must be given the same one: each in a folder of its own.
TEST_P(TrainResume, GivesTheSameBytes) {
  const TemporaryDirectory place;
  record(place / "rec", 600);
  for (const char* folder : {"a", "b"}) fs::create_directory(place / folder);
  const std::string train = "train --network pilotnet-torch --epochs 6 --data ../rec --out n.pit";
  const auto in = [&](const char* folder) { return "cd '" + (place / folder).string() + "';"; };
  ASSERT_EQ(pitlane(train, in("a")).code, 0);
  const Outcome stopped = pitlane(train, in("b") + " timeout -s " + GetParam() + " 8");
  ASSERT_TRUE(fs::exists(place / "b/n.pit.checkpoint")) << stopped.err;
  ASSERT_FALSE(fs::exists(place / "b/n.pit"));
  if (std::string(GetParam()) == "INT") {
    EXPECT_THAT(stopped.err, HasSubstr("run the same command again to go on"));
  }
  ASSERT_EQ(pitlane(train, in("b")).code, 0);
  EXPECT_EQ(read(place / "a/n.pit"), read(place / "b/n.pit"));
}

INSTANTIATE_TEST_SUITE_P(Signals, TrainResume, ::testing::Values("INT", "KILL"),
                         [](const auto& tested) { return std::string(tested.param); });

TEST(TuneResume, KeepsFinishedRowsAfterAKill) {
  const TemporaryDirectory place;
  save_pilotnet(place / "a.pit");
  const std::string tune = "tune '" + (place / "a.pit").string() + "' --quick --frames 600 --circuit mixed --out '" +
                           (place / "out").string() + "'";
  // Killed in the pruning's training, after the rows that need none.
  const Outcome killed = pitlane(tune, "timeout -s KILL 30");
  ASSERT_THAT(killed.err, HasSubstr("baseline         done:"));
  const Outcome second = pitlane(tune);
  ASSERT_EQ(second.code, 0) << second.err;
  EXPECT_THAT(second.err, HasSubstr("baseline         done by an earlier run"));
  for (const char* file : {"report.html", "results.csv", "results.json"}) EXPECT_TRUE(fs::exists(place / "out" / file));
  const Outcome third = pitlane(tune);
  EXPECT_THAT(third.err, AllOf(HasSubstr("baseline         done by an earlier run"),
                               HasSubstr("prune_quan       done by an earlier run")));
}

}  // namespace
}  // namespace pitlane::testing
