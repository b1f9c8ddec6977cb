#include "pitlane/train/parts.h"

#include <gtest/gtest.h>

#include <atomic>

namespace pitlane {
namespace {

TEST(Parts, HoldEachNumberOnce) {
  for (const std::size_t size : {0, 1, 7, 100, 1001})
    for (const int threads : {0, 1, 2, 3, 8}) {
      std::vector<int> met(size);
      in_parts(size, 10, threads, [&](std::size_t begin, std::size_t end) {
        for (std::size_t i = begin; i < end; ++i) ++met[i];
      });
      EXPECT_EQ(met, std::vector<int>(size, 1)) << size << " on " << threads;
    }
}

TEST(Parts, AreAsManyAsThreadsButNoneSmall) {
  const auto parts_of = [](std::size_t size, int threads) {
    std::atomic<int> parts = 0;
    in_parts(size, 10, threads, [&](std::size_t, std::size_t) { ++parts; });
    return parts.load();
  };
  EXPECT_EQ(parts_of(1000, 4), 4);
  EXPECT_EQ(parts_of(35, 4), 3);
  EXPECT_EQ(parts_of(9, 4), 1);
}

}  // namespace
}  // namespace pitlane
