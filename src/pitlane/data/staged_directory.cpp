#include "pitlane/data/staged_directory.h"

#include <string>
#include <system_error>

#include "pitlane/core/file.h"

namespace pitlane {
namespace fs = std::filesystem;
namespace {

// "OUT/" names OUT; a link is followed, so that what it leads to is replaced and not the link.
fs::path without_slash(const fs::path& target) {
  const fs::path whole = resolved(target);
  return whole.has_filename() ? whole : whole.parent_path();
}

}  // namespace

Status StagedDirectory::check_target(const fs::path& named) {
  if (named.empty()) return invalid_argument("no name for the directory to be written");
  const fs::path target = without_slash(named);
  std::error_code error;
  if (!fs::exists(target, error)) return {};
  if (!fs::is_directory(target, error))
    return invalid_argument(target.string() + ": is a file, not a directory; choose another name");
  const fs::directory_iterator first(target, error);
  if (error) return io_error(target.string() + ": cannot be read: " + error.message());
  if (first != fs::directory_iterator())
    return invalid_argument(target.string() + ": is not empty (it holds " + first->path().filename().string() +
                            "); choose another directory");
  return {};
}

Status StagedDirectory::make_parents() {
  std::vector<fs::path> missing;
  std::error_code error;
  for (fs::path parent = target_.parent_path(); !parent.empty() && !fs::exists(parent, error);
       parent = parent.parent_path())
    missing.push_back(parent);
  for (auto parent = missing.rbegin(); parent != missing.rend(); ++parent) {
    fs::create_directory(*parent, error);
    if (error) return io_error(parent->string() + ": cannot be made: " + error.message());
    made_.push_back(*parent);
  }
  return {};
}

Status StagedDirectory::make_staging() {
  constexpr int kTries = 1000;
  std::error_code error;
  for (int i = 1; i <= kTries; ++i) {
    path_ = target_;
    path_ += ".partial-" + std::to_string(i);
    if (fs::create_directory(path_, error)) return {};
    if (error) break;  // else it is somebody's who still writes, or was left by a crash
  }
  const std::string why = error ? error.message() : "too many of its kind are there";
  const Error failed = io_error(path_.string() + ": cannot be made: " + why);
  path_.clear();
  return failed;
}

Result<std::unique_ptr<StagedDirectory>> StagedDirectory::create(const fs::path& target) {
  PITLANE_TRY_STATUS(check_target(target));
  std::unique_ptr<StagedDirectory> out(new StagedDirectory(without_slash(target)));
  PITLANE_TRY_STATUS(out->make_parents());
  PITLANE_TRY_STATUS(out->make_staging());
  return out;
}

Status StagedDirectory::commit() {
  PITLANE_TRY_STATUS(sync_directory(path_));
  std::error_code error;
  // An empty directory that is replaced was made as it is for a reason: closed to others, or open to a group.
  if (const fs::file_status old = fs::status(target_, error); fs::is_directory(old)) {
    fs::permissions(path_, old.permissions(), error);
    if (error) return io_error(target_.string() + ": its permissions cannot be kept: " + error.message());
  }
  fs::rename(path_, target_, error);  // takes the place of an empty directory
  if (error) {
    const Error failed = io_error(target_.string() + ": cannot be put in place: " + error.message());
    fs::permissions(path_, fs::perms::owner_all, fs::perm_options::add, error);  // to be removed
    return failed;
  }
  kept_ = true;
  return sync_directory(target_);
}

StagedDirectory::~StagedDirectory() {
  if (kept_) return;
  std::error_code ignored;
  if (!path_.empty()) fs::remove_all(path_, ignored);
  for (auto parent = made_.rbegin(); parent != made_.rend(); ++parent) fs::remove(*parent, ignored);
}

}  // namespace pitlane
