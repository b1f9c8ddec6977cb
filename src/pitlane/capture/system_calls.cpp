#include <fcntl.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "pitlane/capture/camera.h"

namespace pitlane::capture {
namespace {

class SystemCalls final : public DeviceCalls {
 public:
  int open(const char* path) override { return ::open(path, O_RDWR | O_NONBLOCK | O_CLOEXEC); }
  int control(int fd, unsigned long request, void* argument) override { return ::ioctl(fd, request, argument); }
  void* map(std::size_t bytes, int fd, long offset) override {
    void* memory = ::mmap(nullptr, bytes, PROT_READ, MAP_SHARED, fd, offset);
    return memory == MAP_FAILED ? nullptr : memory;
  }
  void unmap(void* memory, std::size_t bytes) override { ::munmap(memory, bytes); }
  void close(int fd) override { ::close(fd); }
};

}  // namespace

std::shared_ptr<DeviceCalls> system_calls() { return std::make_shared<SystemCalls>(); }

}  // namespace pitlane::capture
