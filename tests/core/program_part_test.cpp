#include "pitlane/core/program_part.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <system_error>

namespace pitlane {
namespace {

namespace fs = std::filesystem;

// Works there for as long as it lives, however the test ends.
class InFolder {
 public:
  explicit InFolder(const fs::path& folder) : before_(fs::current_path()) { fs::current_path(folder); }
  ~InFolder() {
    std::error_code ignored;
    fs::current_path(before_, ignored);
  }
  InFolder(const InFolder&) = delete;
  InFolder& operator=(const InFolder&) = delete;

 private:
  fs::path before_;
};

TEST(ProgramPart, IsFoundBesideTheProgramAndNowhereElse) {
  const fs::path program = fs::read_symlink("/proc/self/exe");
  EXPECT_EQ(find_program_part(program.filename()), program);
  EXPECT_FALSE(find_program_part("libpitlane_nothing.so"));
  const char* const only_here = "os-release";  // A file that builds never make, where "bin" may be theirs.
  const InFolder there("/etc");
  ASSERT_TRUE(fs::exists(only_here));
  EXPECT_FALSE(find_program_part(only_here)) << "the current folder is no place of ours";
}

// Tests lie below the build's top folder, where the build's own parts are.
TEST(ProgramPart, OfTheBuildIsFoundByItsTests) { EXPECT_TRUE(find_program_part("CMakeCache.txt")); }

}  // namespace
}  // namespace pitlane
