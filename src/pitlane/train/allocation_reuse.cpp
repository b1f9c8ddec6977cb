#include "pitlane/train/allocation_reuse.h"

#include <mutex>

#ifdef __GLIBC__
#include <malloc.h>
#endif

namespace pitlane {

#ifdef __GLIBC__
namespace {

// Where glibc's own, dynamic rule ends up in a program that frees large blocks (mallopt(3)); the rule itself is off
// from the first setting on, and none brings it back.
constexpr int kUsualMappedBlocks = 65536;
constexpr int kUsualMapThreshold = 32 << 20;
constexpr int kUsualTrimThreshold = 2 * kUsualMapThreshold;

std::mutex living_mutex;
int living = 0;

}  // namespace

AllocationReuse::AllocationReuse() {
  const std::lock_guard lock(living_mutex);
  if (living++ > 0) return;
  mallopt(M_MMAP_MAX, 0);         // what is mapped block by block is never kept
  mallopt(M_TRIM_THRESHOLD, -1);  // never
}

AllocationReuse::~AllocationReuse() {
  const std::lock_guard lock(living_mutex);
  if (--living > 0) return;
  mallopt(M_MMAP_MAX, kUsualMappedBlocks);
  mallopt(M_MMAP_THRESHOLD, kUsualMapThreshold);
  mallopt(M_TRIM_THRESHOLD, kUsualTrimThreshold);
  malloc_trim(0);
}
#else
AllocationReuse::AllocationReuse() = default;
AllocationReuse::~AllocationReuse() = default;
#endif

}  // namespace pitlane
