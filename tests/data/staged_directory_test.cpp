#include "pitlane/data/staged_directory.h"

#include <gmock/gmock.h>

#include <fstream>

#include "temporary_directory.h"

namespace pitlane {
namespace {

using ::testing::HasSubstr;
namespace fs = std::filesystem;

std::vector<std::string> names_in(const fs::path& directory) {
  std::vector<std::string> out;
  for (const auto& entry : fs::directory_iterator(directory)) out.push_back(entry.path().filename().string());
  return out;
}

void put(const fs::path& path) { std::ofstream(path) << "content"; }

TEST(StagedDirectory, AppearsWholeAtTheEnd) {
  const TemporaryDirectory folder;
  for (const std::string name : {"a", "b/", "c/d/e"}) {
    auto staged = StagedDirectory::create(folder / name);
    ASSERT_TRUE(staged) << staged.error().message();
    put((*staged)->path() / "file");
    EXPECT_FALSE(fs::exists(folder / name / "file"));
    ASSERT_TRUE((*staged)->commit().ok());
    EXPECT_TRUE(fs::exists(folder / name / "file"));
    staged->reset();
    EXPECT_THAT(names_in(folder / name), ::testing::ElementsAre("file"));
  }
}

TEST(StagedDirectory, TakesThePlaceOfAnEmptyOneAndOfWhatALinkNames) {
  const TemporaryDirectory folder;
  fs::create_directory(folder / "empty");
  fs::create_directory_symlink(folder / "empty", folder / "link");
  auto staged = StagedDirectory::create(folder / "link");
  ASSERT_TRUE(staged) << staged.error().message();
  put((*staged)->path() / "file");
  ASSERT_TRUE((*staged)->commit().ok());
  EXPECT_TRUE(fs::is_symlink(folder / "link"));
  EXPECT_TRUE(fs::exists(folder / "empty" / "file"));
}

TEST(StagedDirectory, KeepsThePermissionsOfAnEmptyOne) {
  const TemporaryDirectory folder;
  for (const auto mode : {fs::perms(0700), fs::perms(0750), fs::perms(02775)}) {
    const fs::path target = folder / ("mode-" + std::to_string(static_cast<int>(mode)));
    fs::create_directory(target);
    fs::permissions(target, mode);
    auto staged = StagedDirectory::create(target);
    ASSERT_TRUE(staged) << staged.error().message();
    put((*staged)->path() / "file");
    ASSERT_TRUE((*staged)->commit().ok());
    EXPECT_EQ(fs::status(target).permissions(), mode);
    EXPECT_TRUE(fs::exists(target / "file"));
  }
}

TEST(StagedDirectory, WithoutCommitNothingStays) {
  const TemporaryDirectory folder;
  {
    const auto staged = StagedDirectory::create(folder / "x/y/z");
    ASSERT_TRUE(staged) << staged.error().message();
    put((*staged)->path() / "file");
  }
  EXPECT_THAT(names_in(folder.path()), ::testing::IsEmpty());
}

TEST(StagedDirectory, NeverTouchesWhatIsThere) {
  const TemporaryDirectory folder;
  fs::create_directory(folder / "full");
  put(folder / "full" / "mine");
  EXPECT_THAT(StagedDirectory::create(folder / "full").error().message(),
              HasSubstr("full: is not empty (it holds mine); choose another directory"));
  put(folder / "file");
  EXPECT_THAT(StagedDirectory::create(folder / "file").error().message(), HasSubstr("file: is a file"));
  EXPECT_FALSE(StagedDirectory::create(folder / "file/below"));
  // Two at once: the first one to finish wins, the other one fails and leaves it alone.
  auto first = StagedDirectory::create(folder / "out"), second = StagedDirectory::create(folder / "out");
  ASSERT_TRUE(first && second);
  EXPECT_NE((*first)->path(), (*second)->path());
  put((*first)->path() / "first");
  put((*second)->path() / "second");
  ASSERT_TRUE((*first)->commit().ok());
  EXPECT_THAT((*second)->commit().error().message(), HasSubstr("cannot be put in place"));
  second->reset();
  EXPECT_THAT(names_in(folder / "out"), ::testing::ElementsAre("first"));
}

}  // namespace
}  // namespace pitlane
