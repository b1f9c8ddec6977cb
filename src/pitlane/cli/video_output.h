// Videos that verbs make: of drives in the simulator, as a file or within a page.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "pitlane/core/progress.h"
#include "pitlane/core/result.h"
#include "pitlane/report/page_video.h"
#include "pitlane/study/course.h"
#include "pitlane/video/film.h"

namespace pitlane::cli {

/// May a video be written there, and can this program make one? Asked before any work. Errors begin with the flag.
Status check_video_file(const std::filesystem::path& path);

/// A drive over `course` that has ended, ready to be shown. `conditions`: beside circuit and direction, those that are
/// not empty.
Result<FilmedDrive> filmed_drive(const Course& course, const std::string& network,
                                 const std::vector<std::string>& conditions, std::uint64_t seed, int laps,
                                 EpisodeResult result);

/// "FILE: 62.5 s, 1280x720, 4.21 MB".
std::string video_summary(const std::string& path, const Film& film);

/// "60ms" becomes "latency 60ms", "none" nothing.
std::string latency_words(const std::string& name);

/// A video that is small enough for a page: the first two minutes of the scene, at most 2.5 MB.
Result<PageVideo> make_page_video(const FilmScene& scene, const ProgressFn& progress);

/// What a page shows of that: the video, or why there is none. `interrupted` becomes true where the user stopped it.
PageVideos page_videos(Result<PageVideo> video, bool& interrupted);

}  // namespace pitlane::cli
