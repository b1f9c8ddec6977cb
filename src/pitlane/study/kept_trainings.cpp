#include "pitlane/study/kept_trainings.h"

#include <system_error>

#include "pitlane/core/file.h"
#include "pitlane/core/log.h"
#include "pitlane/network/pit_file.h"

namespace pitlane {

namespace fs = std::filesystem;

std::mutex& KeptTrainings::lock_of(const std::string& key) const {
  const std::lock_guard lock(mutex_);
  return locks_[key];
}

Result<Network> KeptTrainings::once(const std::string& key, const MakeFn& make) const {
  const std::lock_guard lock(lock_of(key));
  const fs::path file = file_of(key), checkpoint = checkpoint_of(key);
  std::error_code ignored;
  if (fs::exists(file, ignored)) {
    Result<Network> before = load_pit(file);
    if (before.ok()) {
      fs::remove(checkpoint, ignored);
      return before;
    }
    log_warning(before.error().message() + "; it is trained again");
  }
  PITLANE_TRY_STATUS(make_writable_directory(folder_));
  Result<Network> network = make(checkpoint);
  if (!network.ok() && network.error().kind() == ErrorKind::kCorrupt && fs::exists(checkpoint, ignored)) {
    log_warning(network.error().message() + "; what it kept is trained again");
    fs::remove(checkpoint, ignored);
    network = make(checkpoint);
  }
  if (!network.ok() && network.error().kind() == ErrorKind::kNumeric) fs::remove(checkpoint, ignored);
  if (!network.ok()) return network;
  PITLANE_TRY_STATUS(save_pit(*network, file));
  fs::remove(checkpoint, ignored);
  return network;
}

void KeptTrainings::remove() const {
  const std::lock_guard lock(mutex_);
  std::error_code ignored;
  for (const auto& [key, mutex] : locks_) {
    fs::remove(file_of(key), ignored);
    fs::remove(checkpoint_of(key), ignored);
  }
  if (!locks_.empty()) remove_if_empty();
}

bool KeptTrainings::holds_something() const {
  const std::lock_guard lock(mutex_);
  if (locks_.empty()) return false;
  remove_if_empty();
  std::error_code ignored;
  return fs::is_directory(folder_, ignored);
}

// Never a file that has the folder's name.
void KeptTrainings::remove_if_empty() const {
  std::error_code ignored;
  if (fs::is_directory(fs::symlink_status(folder_, ignored))) fs::remove(folder_, ignored);
}

}  // namespace pitlane
