#include "pitlane/study/workers.h"

#include <algorithm>
#include <atomic>
#include <exception>
#include <mutex>
#include <optional>
#include <system_error>
#include <thread>
#include <vector>

namespace pitlane {
namespace {

class Workers {
 public:
  Workers(std::size_t count, const std::function<Status(std::size_t, const ProgressFn&)>& work,
          const std::function<bool(std::size_t, std::size_t)>& tell)
      : count_(count), work_(work), tell_(tell) {}

  Status run(std::size_t threads) {
    {
      std::vector<std::jthread> helpers;  // joined at the end of this block, whatever happens
      try {
        while (helpers.size() + 1 < std::min(threads, count_)) helpers.emplace_back([this] { take_turns(); });
      } catch (const std::system_error&) {
        // The system gives no more threads: those that there are do the work.
      }
      take_turns();
    }
    if (thrown_) std::rethrow_exception(thrown_);
    if (error_) return *error_;
    return {};
  }

 private:
  void take_turns() {
    while (true) {
      const std::size_t i = next_++;
      if (i >= count_) return;
      // Asked within a piece too: Ctrl-C shall not wait for the longest one.
      const ProgressFn go_on = [&](const Progress&) {
        const std::lock_guard lock(mutex_);
        return !error_ && tell_(done_, i);
      };
      try {
        const Status status = work_(i, go_on);
        const std::lock_guard lock(mutex_);
        if (!status.ok()) stop(status.error());
        ++done_;
        if (!tell_(done_, i)) stop(interrupted());
      } catch (...) {  // out of a helper's first function it would end the program
        const std::lock_guard lock(mutex_);
        if (!thrown_) thrown_ = std::current_exception();
        stop(interrupted());
      }
    }
  }

  void stop(Error error) {
    if (!error_) error_ = std::move(error);
    next_ = count_;
  }

  const std::size_t count_;
  const std::function<Status(std::size_t, const ProgressFn&)>& work_;
  const std::function<bool(std::size_t, std::size_t)>& tell_;
  std::atomic<std::size_t> next_ = 0;
  std::mutex mutex_;
  std::size_t done_ = 0;
  std::optional<Error> error_;
  std::exception_ptr thrown_;
};

}  // namespace

Status run_workers(std::size_t count, unsigned threads,
                   const std::function<Status(std::size_t, const ProgressFn&)>& work,
                   const std::function<bool(std::size_t, std::size_t)>& tell) {
  if (threads == 0) threads = std::max(1U, std::thread::hardware_concurrency());
  return Workers(count, work, tell).run(threads);
}

}  // namespace pitlane
