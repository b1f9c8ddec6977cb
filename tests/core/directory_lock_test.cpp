#include "pitlane/core/directory_lock.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>

#include "temporary_directory.h"

namespace pitlane {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

// A second lock of the same process is as much another's as one of another process: flock(2) goes by the open file.
TEST(DirectoryLock, IsOnesAloneUntilItGoes) {
  const TemporaryDirectory place;
  std::optional<DirectoryLock> first = DirectoryLock::take(place / "out", "pitlane tune").value();
  const auto second = DirectoryLock::take(place / "out", "pitlane tune");
  ASSERT_FALSE(second.ok());
  EXPECT_THAT(second.error().message(),
              AllOf(HasSubstr("out: another pitlane tune is at work in it"), HasSubstr("name another directory")));
  EXPECT_TRUE(DirectoryLock::take(place / "other", "pitlane tune").ok());
  DirectoryLock moved = *std::move(first);
  first.reset();
  EXPECT_FALSE(DirectoryLock::take(place / "out", "pitlane tune").ok()) << "it went along";
  moved = DirectoryLock::take(place / "third", "pitlane tune").value();
  EXPECT_TRUE(DirectoryLock::take(place / "out", "pitlane tune").ok());
}

TEST(DirectoryLock, WantsADirectory) {
  const TemporaryDirectory place;
  EXPECT_FALSE(DirectoryLock::take("/dev/null", "pitlane tune").ok());
}

}  // namespace
}  // namespace pitlane
