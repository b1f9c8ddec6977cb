// Workers between two drives: a start takes seconds, and each drive wants a session of its own.
#pragma once

#include <cstddef>
#include <deque>
#include <memory>
#include <mutex>
#include <string>
#include <utility>

#include "pitlane/runtimes/worker.h"

namespace pitlane {

/// Thread-safe. Keeps a few workers at most, since one may take a gigabyte: the one that has waited longest goes first.
class WorkerPool {
 public:
  /// An idle worker of the model, or null.
  std::unique_ptr<Worker> take(const std::string& model);
  void give(const std::string& model, std::unique_ptr<Worker> worker);

 private:
  std::mutex mutex_;
  std::deque<std::pair<std::string, std::unique_ptr<Worker>>> idle_;
};

}  // namespace pitlane
