#include "pitlane/train/allocation_reuse.h"

#include <gtest/gtest.h>

#ifdef __has_feature
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define PITLANE_FOREIGN_MALLOC
#endif
#endif
#if !defined(__GLIBC__) || defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define PITLANE_FOREIGN_MALLOC
#endif

#ifndef PITLANE_FOREIGN_MALLOC
#include <malloc.h>
#include <sys/resource.h>

#include <cstddef>
#include <cstdlib>
#include <cstring>

namespace pitlane {
namespace {

constexpr std::size_t kLarge = std::size_t{48} << 20;  // more than any threshold of glibc's own
constexpr std::size_t kUsual = std::size_t{8} << 20;   // as a batch has many
constexpr int kTurns = 20;

// The compiler must not see that nothing is done with a block.
void* volatile g_block = nullptr;

/// How many blocks the system holds more while one of this size is there.
std::size_t mapped_for(std::size_t size) {
  const std::size_t before = mallinfo2().hblks;
  g_block = std::malloc(size);
  const std::size_t with = mallinfo2().hblks;
  std::free(g_block);
  return with - before;
}

/// Page faults of taking a block, writing to it and freeing it, again and again.
long faults_of(std::size_t size) {
  rusage before{}, after{};
  getrusage(RUSAGE_SELF, &before);
  for (int turn = 0; turn < kTurns; ++turn) {
    g_block = std::malloc(size);
    std::memset(g_block, 1, size);
    std::free(g_block);
  }
  getrusage(RUSAGE_SELF, &after);
  return after.ru_minflt - before.ru_minflt;
}

constexpr long pages(std::size_t size) { return static_cast<long>(size / 4096); }

TEST(AllocationReuse, LastsAsLongAsOneLives) {
  EXPECT_EQ(mapped_for(kLarge), 1U);
  {
    const AllocationReuse outer;
    EXPECT_EQ(mapped_for(kLarge), 0U);
    { const AllocationReuse inner; }
    EXPECT_EQ(mapped_for(kLarge), 0U) << "the outer one still lives";
  }
  EXPECT_EQ(mapped_for(kLarge), 1U);
}

TEST(AllocationReuse, KeepsWhatIsFreedAndGivesItBackAtTheEnd) {
  {
    const AllocationReuse reuse;
    EXPECT_LT(faults_of(kLarge), 2 * pages(kLarge)) << "once, not in each of the turns";
    EXPECT_GE(mallinfo2().fordblks, kLarge);
  }
  EXPECT_LT(mallinfo2().keepcost, kLarge);
}

// What glibc would do by itself after a while is not made worse.
TEST(AllocationReuse, LeavesBlocksOfUsualSizeReusable) {
  { const AllocationReuse reuse; }
  EXPECT_LT(faults_of(kUsual), 3 * pages(kUsual)) << "not in each of the turns";
}

}  // namespace
}  // namespace pitlane
#endif
