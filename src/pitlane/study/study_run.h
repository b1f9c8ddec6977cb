// Drives the cells of a study that nobody has driven yet, and reads back those that somebody has.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "pitlane/core/progress.h"
#include "pitlane/core/result.h"
#include "pitlane/measure/episode.h"
#include "pitlane/study/cell_json.h"
#include "pitlane/study/store.h"
#include "pitlane/study/study_grid.h"

namespace pitlane {

/// What became of a cell: an episode (which may have failed on the track), a failure to drive at all, or nothing yet.
struct CellOutcome {
  std::optional<EpisodeResult> episode;  ///< its trajectory thinned, or left out: read_cells
  std::string failure;                   ///< one line
  CellOrigin origin;                     ///< of the episode
};

/// Which network to put on a robot (search/recommend_study.h).
struct StudyRecommendation {
  std::optional<std::size_t> driver;  ///< empty: none can be recommended
  std::vector<std::string> reasons;   ///< sentences for people; empty: the study does not compare networks
  bool timed = false;                 ///< the wall clock had a say
};

struct StudyResult {
  StudyGrid grid;
  std::vector<StudyCell> cells;
  std::vector<CellOutcome> outcomes;  ///< as many
  StudyRecommendation recommendation;
};

/// One drive, with its whole trajectory.
Result<EpisodeResult> drive_cell(const StudyGrid& grid, const StudyCell& cell, const ProgressFn& progress = {});

/// Indices of cells that are not in the store; of cells with one key the first.
Result<std::vector<std::size_t>> missing_cells(const Store& store, const std::vector<StudyCell>& cells);

/// Why a cell could not be driven. It is not stored, so the next run tries again.
struct CellFailure {
  std::size_t cell = 0;
  std::string what;
};

/// Drives `missing`, `jobs` at a time (0: one a core), and commits each at once: whoever is killed loses the cells that
/// ran. Cells that another process has put meanwhile are left alone. Results do not depend on `jobs`, but for
/// wall-clock fields. Progress counts all cells. Errors: the store cannot be written, interrupted; what was committed
/// stays. `machine`: what this one is called in the origin of each cell.
Result<std::vector<CellFailure>> drive_cells(const StudyGrid& grid, const std::vector<StudyCell>& cells,
                                             const std::vector<std::size_t>& missing, Store& store, int jobs,
                                             const ProgressFn& progress = {}, const std::string& machine = "");

/// Cells whose trajectories are worth drawing, at most `most`: first repetitions first, and of those the first
/// conditions and courses, so that all drivers can be compared on what is drawn. Indices in rising order.
std::vector<std::size_t> cells_to_draw(const std::vector<StudyCell>& cells, std::size_t most);
/// Of a report: about 50 MB in memory for drives of one lap.
inline constexpr std::size_t kMostDrawn = 2000;

/// Everything that is in the store, with `failures` at their places. Trajectories of cells_to_draw(cells, drawn) alone.
Result<StudyResult> read_cells(const StudyGrid& grid, const std::vector<StudyCell>& cells, const Store& store,
                               const std::vector<CellFailure>& failures = {}, std::size_t drawn = 0);

}  // namespace pitlane
