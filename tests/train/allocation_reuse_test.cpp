#include "pitlane/train/allocation_reuse.h"

#include <gtest/gtest.h>

#include <cstddef>
#include <memory>

#ifdef __GLIBC__
#include <malloc.h>
#endif

namespace pitlane {
namespace {

constexpr std::size_t kLarge = std::size_t{48} << 20;  // more than any threshold of glibc's own

/// How many blocks the system holds more while one of this size is there.
[[maybe_unused]] std::size_t mapped_for_a_large_block() {
#ifdef __GLIBC__
  const std::size_t before = mallinfo2().hblks;
  const auto block = std::make_unique<std::byte[]>(kLarge);
  return mallinfo2().hblks - before;
#else
  return 0;
#endif
}

#if defined(__GLIBC__) && !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
TEST(AllocationReuse, LastsAsLongAsOneLives) {
  EXPECT_EQ(mapped_for_a_large_block(), 1U);
  {
    const AllocationReuse outer;
    EXPECT_EQ(mapped_for_a_large_block(), 0U);
    { const AllocationReuse inner; }
    EXPECT_EQ(mapped_for_a_large_block(), 0U) << "the outer one still lives";
  }
  EXPECT_EQ(mapped_for_a_large_block(), 1U);
}

TEST(AllocationReuse, KeepsWhatIsFreedAndGivesItBackAtTheEnd) {
  {
    const AllocationReuse reuse;
    std::make_unique<std::byte[]>(kLarge).reset();
    EXPECT_GE(mallinfo2().fordblks, kLarge);
  }
  EXPECT_LT(mallinfo2().keepcost, kLarge);
}
#endif

}  // namespace
}  // namespace pitlane
