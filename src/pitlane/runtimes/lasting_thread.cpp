#include "pitlane/runtimes/lasting_thread.h"

#include <condition_variable>
#include <mutex>
#include <thread>

namespace pitlane {
namespace {

class LastingThread {
 public:
  LastingThread() {
    std::thread([this] { serve(); }).detach();
  }

  void run(const std::function<void()>& work) {
    const std::lock_guard one_at_a_time(callers_);
    std::unique_lock lock(mutex_);
    work_ = &work;
    changed_.notify_all();
    changed_.wait(lock, [this] { return work_ == nullptr; });
  }

 private:
  void serve() {
    std::unique_lock lock(mutex_);
    for (;;) {
      changed_.wait(lock, [this] { return work_ != nullptr; });
      (*work_)();
      work_ = nullptr;
      changed_.notify_all();
    }
  }

  std::mutex callers_, mutex_;
  std::condition_variable changed_;
  const std::function<void()>* work_ = nullptr;
};

}  // namespace

void run_on_lasting_thread(const std::function<void()>& work) {
  static auto* const thread = new LastingThread;  // never gone: its thread waits in it until the program ends
  thread->run(work);
}

}  // namespace pitlane
