#include "pitlane/runtimes/memory_file.h"

#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <string>
#include <utility>

namespace pitlane {

Result<MemoryFile> MemoryFile::create(std::span<const std::byte> bytes) {
  MemoryFile file(::memfd_create("pitlane", MFD_CLOEXEC));
  if (file.descriptor_ < 0) return io_error(std::string("no file in memory can be made: ") + std::strerror(errno));
  while (!bytes.empty()) {
    const ssize_t count = ::write(file.descriptor_, bytes.data(), bytes.size());
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return io_error(std::string("a file in memory cannot be written: ") + std::strerror(errno));
    bytes = bytes.subspan(static_cast<std::size_t>(count));
  }
  return file;
}

MemoryFile::~MemoryFile() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

MemoryFile::MemoryFile(MemoryFile&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}

std::filesystem::path MemoryFile::path() const {
  return "/proc/" + std::to_string(::getpid()) + "/fd/" + std::to_string(descriptor_);
}

}  // namespace pitlane
