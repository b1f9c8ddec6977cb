#include "pitlane/cli/study_film.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "pitlane/cli/video_output.h"
#include "pitlane/video/mp4_encoder.h"

namespace pitlane::cli {
namespace {

// Whom to show beside the first driver; itself where there is nobody else.
std::size_t other_driver(const StudyResult& result) {
  const std::size_t wanted = result.recommendation.driver.value_or(0);
  if (wanted != 0) return wanted;
  return result.grid.drivers.size() > 1 ? 1 : 0;
}

bool same_conditions(const StudyCell& a, const StudyCell& b) {
  return a.course == b.course && a.latency == b.latency && a.repetition == b.repetition;
}

struct Pair {
  std::size_t first, second;  // cells
};

// Cells come driver by driver, each with the same conditions in the same order.
std::optional<Pair> cells_to_show(const StudyResult& result) {
  const std::size_t other = other_driver(result);
  std::optional<Pair> first;
  for (std::size_t i = 0; i < result.cells.size() && result.cells[i].driver == 0; ++i) {
    const auto partner = std::find_if(result.cells.begin(), result.cells.end(), [&](const StudyCell& cell) {
      return cell.driver == other && same_conditions(cell, result.cells[i]);
    });
    if (partner == result.cells.end()) continue;
    const Pair pair{i, static_cast<std::size_t>(partner - result.cells.begin())};
    const auto &a = result.outcomes[pair.first].episode, &b = result.outcomes[pair.second].episode;
    if (!a || !b) continue;
    if (!first) first = pair;
    if (!a->completed || !b->completed) return pair;
  }
  return first;
}

std::string perturbation_words(const StudyGrid& grid, const std::string& perturbation) {
  if (perturbation.empty() || perturbation == "none") return "";
  const auto name = grid.perturbation_names.find(perturbation);
  return name == grid.perturbation_names.end() ? perturbation : name->second;
}

Result<FilmedDrive> driven(const StudyResult& result, std::size_t index, const ProgressFn& progress) {
  const StudyCell& cell = result.cells[index];
  const StudyDriver& driver = result.grid.drivers[cell.driver];
  const Course& course = driver.courses[cell.course];
  PITLANE_TRY(EpisodeResult episode, drive_cell(result.grid, cell, progress));
  return filmed_drive(
      course, driver.name,
      {latency_words(driver.latencies[cell.latency].name), perturbation_words(result.grid, course.perturbation)},
      cell.seed, result.grid.laps, std::move(episode));
}

Result<PageVideo> film(const StudyResult& result, const Pair& pair, const ProgressFn& progress) {
  PITLANE_TRY_STATUS(check_video_encoder());
  PITLANE_TRY(const FilmedDrive first, driven(result, pair.first, progress));
  FilmScene scene{{&first}};
  if (pair.second == pair.first) return make_page_video(scene, progress);
  PITLANE_TRY(const FilmedDrive second, driven(result, pair.second, progress));
  scene.drives.push_back(&second);
  return make_page_video(scene, progress);
}

}  // namespace

PageVideos study_page_videos(const StudyResult& result, const ProgressFn& progress, bool& interrupted) {
  const std::optional<Pair> pair = cells_to_show(result);
  if (!pair) return {};
  return page_videos(film(result, *pair, progress), interrupted);
}

}  // namespace pitlane::cli
