#include "pitlane/core/program_part.h"

#include <gtest/gtest.h>

#include <filesystem>

namespace pitlane {
namespace {

namespace fs = std::filesystem;

TEST(ProgramPart, IsFoundBesideTheProgramAndNowhereElse) {
  const fs::path program = fs::read_symlink("/proc/self/exe");
  EXPECT_EQ(find_program_part(program.filename()), program);
  EXPECT_FALSE(find_program_part("libpitlane_nothing.so"));
  const fs::path here = fs::current_path();
  const char* const only_here = "os-release";  // A file that builds never make, where "bin" may be theirs.
  fs::current_path("/etc");
  ASSERT_TRUE(fs::exists(only_here));
  EXPECT_FALSE(find_program_part(only_here)) << "the current folder is no place of ours";
  fs::current_path(here);
}

// Tests lie below the build's top folder, where the build's own parts are.
TEST(ProgramPart, OfTheBuildIsFoundByItsTests) { EXPECT_TRUE(find_program_part("CMakeCache.txt")); }

}  // namespace
}  // namespace pitlane
