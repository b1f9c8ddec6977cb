#include "pitlane/train/allocation_reuse.h"

#include <limits>
#include <mutex>

#ifdef __GLIBC__
#include <malloc.h>
#endif

namespace pitlane {

#ifdef __GLIBC__
namespace {

// glibc's own settings (mallopt(3)).
constexpr int kUsualMappedBlocks = 65536;
constexpr int kUsualTrimThreshold = 128 * 1024;

std::mutex living_mutex;
int living = 0;

}  // namespace

AllocationReuse::AllocationReuse() {
  const std::lock_guard lock(living_mutex);
  if (living++ > 0) return;
  mallopt(M_MMAP_MAX, 0);  // what is mapped block by block is never kept
  mallopt(M_TRIM_THRESHOLD, std::numeric_limits<int>::max());
}

AllocationReuse::~AllocationReuse() {
  const std::lock_guard lock(living_mutex);
  if (--living > 0) return;
  mallopt(M_MMAP_MAX, kUsualMappedBlocks);
  mallopt(M_TRIM_THRESHOLD, kUsualTrimThreshold);
  malloc_trim(0);
}
#else
AllocationReuse::AllocationReuse() = default;
AllocationReuse::~AllocationReuse() = default;
#endif

}  // namespace pitlane
