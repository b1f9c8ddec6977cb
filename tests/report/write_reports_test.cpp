#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "../temporary_directory.h"
#include "pitlane/report/report.h"
#include "sample_result.h"

namespace pitlane {
namespace {

namespace fs = std::filesystem;

std::vector<std::string> names(const fs::path& directory) {
  std::vector<std::string> out;
  for (const auto& entry : fs::directory_iterator(directory)) out.push_back(entry.path().filename());
  return out;
}

TEST(WriteReports, LeavesFiveFilesAndNothingElse) {
  const TemporaryDirectory directory;
  const fs::path out = directory.path() / "deeper" / "out";
  ASSERT_TRUE(write_reports(sample_result(), out).ok());
  EXPECT_THAT(names(out),
              ::testing::UnorderedElementsAre("report.html", "results.csv", "laps.csv", "results.json", "results.md"));
}

TEST(WriteReports, AFileWhereTheDirectoryShouldBeIsNamed) {
  const TemporaryDirectory directory;
  const fs::path out = directory.path() / "out";
  std::ofstream(out) << "mine";
  const Status status = write_reports(sample_result(), out);
  ASSERT_FALSE(status.ok());
  EXPECT_THAT(status.error().message(), ::testing::HasSubstr(out.string()));
  EXPECT_EQ(fs::file_size(out), 4U);
}

TEST(WriteReports, AnErrorLeavesTheOldReports) {
  const TemporaryDirectory directory;
  ASSERT_TRUE(write_reports(sample_result(), directory.path()).ok());
  const auto size = fs::file_size(directory.path() / "results.json");
  fs::remove(directory.path() / "results.md");
  fs::create_directory(directory.path() / "results.md");  // so that this one, the last, cannot be written
  TuneResult other = sample_result();
  other.rows.resize(2);
  EXPECT_FALSE(write_reports(other, directory.path()).ok());
  EXPECT_EQ(fs::file_size(directory.path() / "results.json"), size);
}

}  // namespace
}  // namespace pitlane
