#include "pitlane/study/laps.h"

#include <algorithm>
#include <atomic>
#include <mutex>
#include <optional>
#include <system_error>
#include <thread>
#include <utility>

#include "pitlane/measure/episode.h"
#include "pitlane/measure/network_controller.h"

namespace pitlane {
namespace {

struct Task {
  const Course* course;
  const LatencyModel* latency;
};

Result<LapRow> drive_lap(const Network& network, const Plan& plan, const Task& task, const LapOptions& options,
                         const ProgressFn& progress) {
  PITLANE_TRY(const std::unique_ptr<World> world, task.course->make_world());
  PITLANE_TRY(const auto controller, NetworkController::create(network, plan, options.vehicle));
  EpisodeOptions episode;
  episode.seed = options.seed;
  episode.latency = *task.latency;
  LapRow row;
  row.circuit = task.course->circuit;
  row.held_out = task.course->held_out;
  row.reverse = task.course->reverse;
  row.latency = task.latency->name();
  row.seed = options.seed;
  PITLANE_TRY(row.result, run_episode(*world, *controller, episode, progress));
  return row;
}

// Workers take the next task until none is left, one fails or the user stops.
class LapPool {
 public:
  LapPool(std::vector<Task> tasks, const ProgressFn& progress)
      : tasks_(std::move(tasks)), rows_(tasks_.size()), progress_(progress) {}

  template <typename Drive>
  Result<std::vector<LapRow>> run(unsigned threads, const Drive& drive) {
    {
      std::vector<std::jthread> helpers;  // joined at the end of this block, whatever happens
      const std::size_t wanted = std::min<std::size_t>(threads, tasks_.size());
      try {
        while (helpers.size() + 1 < wanted) helpers.emplace_back([&] { work(drive); });
      } catch (const std::system_error&) {
        // The system gives no more threads: those that there are do the work.
      }
      work(drive);
    }
    if (error_) return *error_;
    std::vector<LapRow> rows;
    for (auto& row : rows_) rows.push_back(*std::move(row));
    return rows;
  }

 private:
  template <typename Drive>
  void work(const Drive& drive) {
    while (true) {
      const std::size_t i = next_++;
      if (i >= tasks_.size()) return;
      // Asked within a lap too: Ctrl-C shall not wait for the longest one.
      const ProgressFn go_on = [&](const Progress&) {
        const std::lock_guard lock(mutex_);
        return !error_ && tell(i);
      };
      Result<LapRow> row = drive(tasks_[i], go_on);
      const std::lock_guard lock(mutex_);
      if (row.ok()) {
        rows_[i] = *std::move(row);
      } else {
        stop(row.error());
      }
      ++done_;
      if (!tell(i)) stop(interrupted());
    }
  }

  bool tell(std::size_t task) const {
    return report(progress_, {"laps", done_, static_cast<std::int64_t>(tasks_.size()), tasks_[task].course->circuit});
  }

  void stop(Error error) {
    if (!error_) error_ = std::move(error);
    next_ = tasks_.size();
  }

  std::vector<Task> tasks_;
  std::vector<std::optional<LapRow>> rows_;
  const ProgressFn& progress_;
  std::atomic<std::size_t> next_ = 0;
  std::int64_t done_ = 0;
  std::mutex mutex_;
  std::optional<Error> error_;
};

}  // namespace

Result<std::vector<LapRow>> drive_laps(const Network& network, const Plan& plan, const std::vector<Course>& courses,
                                       const LapOptions& options, const ProgressFn& progress) {
  std::vector<Task> tasks;
  for (const Course& course : courses)
    for (const LatencyModel& latency : options.latencies) tasks.push_back({&course, &latency});
  const unsigned cores = std::max(1U, std::thread::hardware_concurrency());
  const unsigned threads = options.threads > 0 ? static_cast<unsigned>(options.threads) : cores;
  LapPool pool(std::move(tasks), progress);
  return pool.run(threads, [&](const Task& task, const ProgressFn& go_on) {
    return drive_lap(network, plan, task, options, go_on);
  });
}

}  // namespace pitlane
