#include "pitlane/robot/large_pages.h"

#include <malloc.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <limits>

namespace pitlane::robot {

void expect_memory([[maybe_unused]] std::size_t bytes) {
#if defined(__GLIBC__) && defined(MADV_HUGEPAGE)
  constexpr int kNever = 0, kUsualMappings = 65536, kUsualPad = 1 << 17;
  constexpr std::size_t kMostReserved = std::size_t{1} << 30;
  constexpr std::size_t kBeyondTheHeap = std::size_t{1} << 18;  // more than a fresh heap has: it must grow
  constexpr std::uintptr_t kLargePage = std::uintptr_t{1} << 21;
  mallopt(M_MMAP_MAX, kNever);
  mallopt(M_TRIM_THRESHOLD, std::numeric_limits<int>::max());
  mallopt(M_TOP_PAD, static_cast<int>(std::min(bytes, kMostReserved) + kLargePage));
  void* const first = std::malloc(kBeyondTheHeap);  // NOLINT: how the heap is made to grow
  mallopt(M_TOP_PAD, kUsualPad);
  if (first == nullptr) {
    mallopt(M_MMAP_MAX, kUsualMappings);
    return;
  }
  const std::size_t before = kLargePage - reinterpret_cast<std::uintptr_t>(first) % kLargePage;
  char* const begin = static_cast<char*>(first) + before;
  char* const end = static_cast<char*>(sbrk(0));
  const bool large = end > begin && madvise(begin, static_cast<std::size_t>(end - begin), MADV_HUGEPAGE) == 0;
  std::free(first);  // NOLINT
  if (!large) return;
  // What lies before the first large page stays untouched: nobody ever asks for it back.
  [[maybe_unused]] void* const skipped = std::malloc(before);  // NOLINT
#endif
}

}  // namespace pitlane::robot
