#include "pitlane/runtimes/worker_pool.h"

#include <algorithm>

namespace pitlane {
namespace {

constexpr std::size_t kMostIdle = 4;

}  // namespace

std::unique_ptr<Worker> WorkerPool::take(const std::string& model) {
  const std::lock_guard lock(mutex_);
  for (auto idle = idle_.begin(); idle != idle_.end();) {
    if (idle->first != model) {
      ++idle;
      continue;
    }
    std::unique_ptr<Worker> worker = std::move(idle->second);
    idle = idle_.erase(idle);
    if (worker->is_alive()) return worker;
  }
  return nullptr;
}

void WorkerPool::give(const std::string& model, std::unique_ptr<Worker> worker) {
  if (!worker->is_alive()) return;
  std::unique_ptr<Worker> oldest;  // ended after the lock is gone
  const std::lock_guard lock(mutex_);
  idle_.emplace_back(model, std::move(worker));
  if (idle_.size() <= kMostIdle) return;
  oldest = std::move(idle_.front().second);
  idle_.pop_front();
}

}  // namespace pitlane
