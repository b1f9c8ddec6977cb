#include "pitlane/roofline/large_buffer.h"

#include <sys/mman.h>

#include <cstring>

namespace pitlane {

void* new_large_buffer(std::int64_t bytes) {
  const auto size = static_cast<std::size_t>(bytes);
  void* data = ::mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (data == MAP_FAILED) return nullptr;
  ::madvise(data, size, MADV_HUGEPAGE);
  std::memset(data, 1, size);
  return data;
}

void delete_large_buffer(void* data, std::int64_t bytes) noexcept {
  if (data != nullptr) ::munmap(data, static_cast<std::size_t>(bytes));
}

}  // namespace pitlane
