// Which drives of `drive` stand side by side in a video, and in the page.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "pitlane/core/progress.h"
#include "pitlane/report/page_video.h"
#include "pitlane/video/film.h"

namespace pitlane::cli {

/// A drive with its place in the grid of `drive`.
struct ShownDrive {
  std::size_t model = 0, perturbation = 0, course = 0;  ///< by the order of the command line
  std::string latency;
  FilmedDrive drive;
};

/// Two drives that differ in one thing stand side by side: with several models, the first beside each of the others,
/// other things being equal; with one model the first perturbation (none) beside each other, else the first latency.
/// Where all that is different is the circuit or the direction, each drive is a scene of its own.
/// The scenes refer to `drives`.
std::vector<FilmScene> film_scenes(const std::vector<ShownDrive>& drives);

/// The scene that a page shows: the first in which a drive was not completed, else the first.
FilmScene page_scene(const std::vector<FilmScene>& scenes);

/// The video of a page. Nothing that goes wrong on the way is an error: the page says it. `interrupted` becomes true
/// where the user stopped it.
PageVideos drive_page_videos(const std::vector<ShownDrive>& drives, const ProgressFn& progress, bool& interrupted);

}  // namespace pitlane::cli
