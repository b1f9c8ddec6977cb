// One program at a time in a directory.
#pragma once

#include <filesystem>
#include <utility>

#include "pitlane/core/result.h"

namespace pitlane {

/// Holds the directory for as long as it lives; the system lets go of it when the process ends, however it does.
class DirectoryLock {
 public:
  /// Makes the directory where it is missing. Where the file system knows no locks (some network drives) there is none,
  /// and nothing is said. Errors: another process holds it (`holder` says what that is: "pitlane tune"); as
  /// make_writable_directory.
  static Result<DirectoryLock> take(const std::filesystem::path& directory, const char* holder);

  DirectoryLock(DirectoryLock&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  DirectoryLock& operator=(DirectoryLock&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  ~DirectoryLock();

 private:
  explicit DirectoryLock(int fd) : fd_(fd) {}
  int fd_;  // -1: none
};

}  // namespace pitlane
