#include "pitlane/cli/output_file.h"

#include <string>
#include <system_error>

#include "pitlane/core/file.h"

namespace pitlane::cli {
namespace fs = std::filesystem;

namespace {

// An empty path is the current folder.
Status check_folder(const fs::path& path) {
  // The nearest part of the path that is there decides.
  fs::path nearest = path.empty() ? fs::path(".") : path;
  std::error_code error;
  while (!fs::exists(nearest, error) && nearest.has_relative_path()) {
    nearest = nearest.parent_path();
    if (nearest.empty()) nearest = ".";
  }
  const std::string where = path.empty() ? "." : path.string();
  if (!fs::is_directory(nearest, error))
    return invalid_argument((nearest == path ? "" : where + ": ") + nearest.string() +
                            " is not a directory; choose another place");
  // Tried, not asked: root is told that it may write to places which refuse it.
  if (const Status writable = make_writable_directory(nearest); !writable.ok())
    return nearest == path ? writable.error() : writable.error().in(where);
  return {};
}

}  // namespace

Status check_output_directory(const fs::path& path) {
  if (path.empty()) return invalid_argument("--out: give a directory's name");
  return check_folder(path);
}

Status check_output_file(const fs::path& path) {
  if (path.empty()) return invalid_argument("--out: give a file's name");
  std::error_code error;
  if (path.filename().empty() || fs::is_directory(path, error))
    return invalid_argument(path.string() + ": is a directory; name a file in it");
  if (fs::exists(path, error) && !fs::is_regular_file(path, error))
    return invalid_argument(path.string() + ": is not a regular file and would be replaced; choose another name");
  return check_folder(resolved(path).parent_path());
}

Status check_output_folder_is_there(const fs::path& path) {
  std::error_code error;
  const fs::path folder = resolved(path).parent_path();
  if (folder.empty() || fs::exists(folder, error)) return {};
  return not_found(path.string() + ": there is no folder " + folder.string() +
                   "; make it first, or choose another place");
}

Status check_not_the_same(const fs::path& path, const fs::path& other, const std::string& what) {
  if (!same_file(path, other)) return {};
  return invalid_argument(path.string() + ": is " + what + " and would be replaced; choose another name");
}

Status check_output_is_new(const fs::path& path) {
  std::error_code error;
  if (!fs::exists(path, error)) return {};
  return invalid_argument(path.string() + ": exists already; choose another name, or say --overwrite to replace it");
}

}  // namespace pitlane::cli
