#include "pitlane/study/study_run.h"

#include <algorithm>
#include <memory>
#include <mutex>
#include <numeric>
#include <set>
#include <tuple>
#include <utility>

#include "pitlane/study/thin_trajectory.h"
#include "pitlane/study/workers.h"

namespace pitlane {
namespace {

// The store belongs to one thread at a time.
class CellDriver {
 public:
  CellDriver(const StudyGrid& grid, const std::vector<StudyCell>& cells, Store& store, const std::string& machine)
      : grid_(grid), cells_(cells), store_(store), origin_{machine, origin_code()} {}

  Status work(std::size_t index, const ProgressFn& go_on) {
    const StudyCell& cell = cells_[index];
    {
      const std::lock_guard lock(mutex_);
      PITLANE_TRY(const bool there, store_.has(cell.key));
      if (there) return {};
    }
    Result<EpisodeResult> episode = drive_cell(grid_, cell, go_on);
    if (!episode && episode.error().kind() == ErrorKind::kInterrupted) return episode.error();
    if (episode) episode->trajectory = trajectory_to_keep(episode->trajectory, grid_.laps);
    const std::string text = episode ? to_json(StoredCell{*episode, origin_}) : std::string();
    const std::lock_guard lock(mutex_);
    if (episode) return store_.put_new(cell.key, text);
    failures_.push_back({index, episode.error().message()});
    return {};
  }

  std::vector<CellFailure> failures() {
    std::sort(failures_.begin(), failures_.end(), [](const auto& a, const auto& b) { return a.cell < b.cell; });
    return std::move(failures_);
  }

 private:
  const StudyGrid& grid_;
  const std::vector<StudyCell>& cells_;
  Store& store_;
  CellOrigin origin_;
  std::mutex mutex_;
  std::vector<CellFailure> failures_;
};

}  // namespace

Result<EpisodeResult> drive_cell(const StudyGrid& grid, const StudyCell& cell, const ProgressFn& progress) {
  const StudyDriver& driver = grid.drivers[cell.driver];
  PITLANE_TRY(const std::unique_ptr<World> world, driver.courses[cell.course].make_world());
  PITLANE_TRY(const std::unique_ptr<Controller> controller, driver.make_controller(*world));
  EpisodeOptions options;
  options.laps = grid.laps;
  options.seed = cell.seed;
  options.timeout_s = grid.timeout_s;
  options.off_road_limit_m = grid.off_road_limit_m;
  options.latency = driver.latencies[cell.latency].model;
  return run_episode(*world, *controller, options, progress);
}

Result<std::vector<std::size_t>> missing_cells(const Store& store, const std::vector<StudyCell>& cells) {
  std::vector<std::size_t> missing;
  std::set<std::string> seen;
  for (std::size_t i = 0; i < cells.size(); ++i) {
    PITLANE_TRY(const bool there, store.has(cells[i].key));
    if (!there && seen.insert(cells[i].key).second) missing.push_back(i);
  }
  return missing;
}

Result<std::vector<CellFailure>> drive_cells(const StudyGrid& grid, const std::vector<StudyCell>& cells,
                                             const std::vector<std::size_t>& missing, Store& store, int jobs,
                                             const ProgressFn& progress, const std::string& machine) {
  CellDriver driver(grid, cells, store, machine);
  const std::size_t before = cells.size() - missing.size();
  const auto tell = [&](std::size_t done, std::size_t i) {
    return report(progress, {"cells", static_cast<std::int64_t>(before + done), static_cast<std::int64_t>(cells.size()),
                             describe(grid, cells[missing[i]])});
  };
  const auto work = [&](std::size_t i, const ProgressFn& go_on) { return driver.work(missing[i], go_on); };
  PITLANE_TRY_STATUS(run_workers(missing.size(), static_cast<unsigned>(std::max(0, jobs)), work, tell));
  return driver.failures();
}

std::vector<std::size_t> cells_to_draw(const std::vector<StudyCell>& cells, std::size_t most) {
  std::vector<std::size_t> order(cells.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  const auto rank = [&](std::size_t i) {
    const StudyCell& cell = cells[i];
    return std::tuple(cell.repetition, cell.latency, cell.course, cell.driver);
  };
  std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return rank(a) < rank(b); });
  order.resize(std::min(most, order.size()));
  std::sort(order.begin(), order.end());
  return order;
}

Result<StudyResult> read_cells(const StudyGrid& grid, const std::vector<StudyCell>& cells, const Store& store,
                               const std::vector<CellFailure>& failures, std::size_t drawn) {
  StudyResult result{grid, cells, std::vector<CellOutcome>(cells.size()), {}};
  const std::vector<std::size_t> to_draw = cells_to_draw(cells, drawn);
  for (std::size_t i = 0; i < cells.size(); ++i) {
    PITLANE_TRY(const std::optional<std::string> text, store.find(cells[i].key));
    if (!text) continue;
    Result<StoredCell> cell = cell_from_json(*text);
    if (!cell) return cell.error().in(describe(grid, cells[i]));
    if (!std::binary_search(to_draw.begin(), to_draw.end(), i)) cell->episode.trajectory = {};
    result.outcomes[i].episode = std::move(cell->episode);
    result.outcomes[i].origin = std::move(cell->origin);
  }
  for (const CellFailure& failure : failures)
    for (std::size_t i = failure.cell; i < cells.size(); ++i)
      if (cells[i].key == cells[failure.cell].key) result.outcomes[i].failure = failure.what;
  return result;
}

}  // namespace pitlane
