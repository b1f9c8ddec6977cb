#include "pitlane/study/laps.h"

#include <algorithm>

#include "pitlane/measure/episode.h"
#include "pitlane/measure/network_controller.h"
#include "pitlane/study/workers.h"

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

}  // namespace

void add_latencies(Hasher& hasher, const std::vector<LatencyModel>& latencies) {
  for (const LatencyModel& latency : latencies) {
    hasher.text(latency.name());
    for (const double seconds : latency.profile_s()) hasher.real(seconds);
  }
}

Result<std::vector<LapRow>> drive_laps(const Network& network, const Plan& plan, const std::vector<Course>& courses,
                                       const LapOptions& options, const ProgressFn& progress) {
  std::vector<Task> tasks;
  for (const Course& course : courses)
    for (const LatencyModel& latency : options.latencies) tasks.push_back({&course, &latency});
  std::vector<LapRow> rows(tasks.size());
  const auto drive = [&](std::size_t i, const ProgressFn& go_on) -> Status {
    PITLANE_TRY(rows[i], drive_lap(network, plan, tasks[i], options, go_on));
    return {};
  };
  const auto tell = [&](std::size_t done, std::size_t i) {
    return report(progress, {"laps", static_cast<std::int64_t>(done), static_cast<std::int64_t>(tasks.size()),
                             tasks[i].course->circuit});
  };
  PITLANE_TRY_STATUS(run_workers(tasks.size(), static_cast<unsigned>(std::max(0, options.threads)), drive, tell));
  return rows;
}

}  // namespace pitlane
