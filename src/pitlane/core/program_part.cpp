#include "pitlane/core/program_part.h"

#include <algorithm>
#include <system_error>
#include <vector>

namespace pitlane {
namespace fs = std::filesystem;

std::optional<fs::path> find_program_part(const std::string& file) {
  std::error_code error;
  const fs::path program = fs::read_symlink("/proc/self/exe", error).parent_path();
  if (error) return std::nullopt;
  std::vector<fs::path> places = {program / file, program.parent_path() / "lib/pitlane" / file};
  const fs::path build = PITLANE_BUILD_FOLDER;
  if (std::ranges::mismatch(build, program).in1 == build.end()) places.push_back(build / file);
  for (const fs::path& place : places)
    if (fs::exists(place, error)) return place;
  return std::nullopt;
}

}  // namespace pitlane
