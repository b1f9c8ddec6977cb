#include "pitlane/search/group_progress.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace pitlane {
namespace {

using ::testing::ElementsAre;

class GroupProgressTest : public ::testing::Test {
 protected:
  // As run_workers() does it: a piece tells, and is asked whether to go on.
  bool say(std::size_t piece, const std::string& detail) {
    const ProgressFn go_on = [this](const Progress&) { return group_.tell(); };
    return group_.of(piece, go_on)({"train", 1, 2, detail});
  }

  std::vector<std::string> told_;
  bool go_on_ = true;
  GroupProgress group_{3, [this](std::size_t piece, const Progress& p) {
                         told_.push_back(std::to_string(piece) + " " + p.detail);
                         return go_on_;
                       }};
};

TEST_F(GroupProgressTest, TellsOfTheFirstAtWork) {
  say(1, "a");
  say(0, "b");
  say(1, "c");
  group_.end(0);
  say(2, "d");
  group_.end(1);
  say(2, "e");
  EXPECT_THAT(told_, ElementsAre("1 a", "0 b", "0 b", "1 c", "2 e"));
  group_.end(2);
  EXPECT_TRUE(group_.tell()) << "nobody is left to be stopped";
  EXPECT_EQ(told_.size(), 5U);
}

TEST_F(GroupProgressTest, AnyPieceHearsThatAllShallStop) {
  say(0, "a");
  go_on_ = false;
  EXPECT_FALSE(say(2, "b")) << "the first one may be silent for long";
}

}  // namespace
}  // namespace pitlane
