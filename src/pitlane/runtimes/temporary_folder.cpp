#include "pitlane/runtimes/temporary_folder.h"

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <system_error>
#include <utility>

namespace pitlane {
namespace fs = std::filesystem;

TemporaryFolder::TemporaryFolder(fs::path path) : path_(std::move(path)) {}

Result<TemporaryFolder> TemporaryFolder::create() {
  std::error_code error;
  const fs::path parent = fs::temp_directory_path(error);
  if (error) return io_error("no folder for temporary files: " + error.message() + "; set TMPDIR to one");
  std::string name = (parent / "pitlane-XXXXXX").string();
  if (::mkdtemp(name.data()) == nullptr)
    return io_error(parent.string() + ": no temporary folder can be made: " + std::strerror(errno) +
                    "; set TMPDIR to another place");
  return TemporaryFolder(name);
}

TemporaryFolder::TemporaryFolder(TemporaryFolder&& other) noexcept : path_(std::exchange(other.path_, {})) {}

TemporaryFolder::~TemporaryFolder() {
  std::error_code ignored;
  if (!path_.empty()) fs::remove_all(path_, ignored);
}

}  // namespace pitlane
