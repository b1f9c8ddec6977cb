#include "pitlane/study/workers.h"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <stdexcept>
#include <thread>
#include <vector>

namespace pitlane {
namespace {

const auto kTellNobody = [](std::size_t, std::size_t) { return true; };

TEST(Workers, DoEveryPieceOnce) {
  for (const unsigned threads : {1U, 2U, 7U}) {
    std::vector<std::atomic<int>> times(100);
    std::size_t told = 0;
    const auto status = run_workers(
        times.size(), threads,
        [&](std::size_t i, const ProgressFn&) -> Status {
          ++times[i];
          return {};
        },
        [&](std::size_t done, std::size_t) {
          EXPECT_EQ(done, ++told);
          return true;
        });
    EXPECT_TRUE(status.ok());
    for (const auto& count : times) EXPECT_EQ(count, 1);
    EXPECT_EQ(told, times.size());
  }
  EXPECT_TRUE(run_workers(
                  0, 2, [](std::size_t, const ProgressFn&) -> Status { return io_error("never"); }, kTellNobody)
                  .ok());
}

TEST(Workers, ThrowWhatAPieceThrows) {
  for (const unsigned threads : {1U, 3U}) {
    std::atomic<int> begun = 0;
    const auto work = [&](std::size_t i, const ProgressFn&) -> Status {
      ++begun;
      if (i == 2) throw std::runtime_error("no more memory");
      return {};
    };
    EXPECT_THROW((void)run_workers(1000, threads, work, kTellNobody), std::runtime_error);
    EXPECT_LT(begun, 1000);
    const auto tell = [](std::size_t done, std::size_t) -> bool {
      if (done == 2) throw std::runtime_error("no more memory");
      return true;
    };
    const auto nothing = [](std::size_t, const ProgressFn&) -> Status { return {}; };
    EXPECT_THROW((void)run_workers(1000, threads, nothing, tell), std::runtime_error);
  }
}

TEST(Workers, StopAtTheFirstError) {
  std::atomic<int> begun = 0;
  const auto status = run_workers(
      1000, 2,
      [&](std::size_t i, const ProgressFn&) -> Status {
        ++begun;
        if (i == 3) return io_error("the disk is full");
        return {};
      },
      kTellNobody);
  ASSERT_FALSE(status.ok());
  EXPECT_EQ(status.error().message(), "the disk is full");
  EXPECT_LT(begun, 1000);
}

// Both ask within their piece; the other one hears of the error of the first.
TEST(Workers, AskWithinAPiece) {
  std::atomic<bool> heard = false, begun = false;
  const auto pause = [] { std::this_thread::sleep_for(std::chrono::milliseconds(1)); };
  const auto status = run_workers(
      2, 2,
      [&](std::size_t i, const ProgressFn& go_on) -> Status {
        if (i == 0) {
          for (int wait = 0; wait < 5000 && !begun; ++wait) pause();
          return io_error("first");
        }
        begun = true;
        for (int wait = 0; wait < 5000; ++wait) {
          if (!go_on({})) {
            heard = true;
            return interrupted();
          }
          pause();
        }
        return {};
      },
      kTellNobody);
  EXPECT_TRUE(heard);
  EXPECT_EQ(status.error().message(), "first");
}

TEST(Workers, EndWhenToldTo) {
  const auto status = run_workers(
      1000, 2, [](std::size_t, const ProgressFn&) -> Status { return {}; },
      [](std::size_t done, std::size_t) { return done < 5; });
  ASSERT_FALSE(status.ok());
  EXPECT_EQ(status.error().kind(), ErrorKind::kInterrupted);
}

}  // namespace
}  // namespace pitlane
