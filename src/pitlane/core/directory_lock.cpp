#include "pitlane/core/directory_lock.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <string>

#include "pitlane/core/file.h"

namespace pitlane {

Result<DirectoryLock> DirectoryLock::take(const std::filesystem::path& directory, const char* holder) {
  PITLANE_TRY_STATUS(make_writable_directory(directory));
  const int fd = ::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) return DirectoryLock(-1);
  if (::flock(fd, LOCK_EX | LOCK_NB) == 0) return DirectoryLock(fd);
  const bool held = errno == EWOULDBLOCK;
  ::close(fd);
  if (!held) return DirectoryLock(-1);
  return invalid_argument(directory.string() + ": another " + holder +
                          " is at work in it; wait until it has ended, or name another directory");
}

DirectoryLock::~DirectoryLock() {
  if (fd_ >= 0) ::close(fd_);
}

}  // namespace pitlane
