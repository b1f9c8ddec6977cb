#include "pitlane/cli/drive_film.h"

#include <algorithm>

#include "pitlane/cli/video_output.h"

namespace pitlane::cli {
namespace {

enum class Beside { kNobody, kModel, kPerturbation, kLatency };

Beside what_differs(const std::vector<ShownDrive>& drives) {
  const auto any = [&](const auto& differs) { return std::any_of(drives.begin(), drives.end(), differs); };
  if (any([&](const ShownDrive& d) { return d.model != drives.front().model; })) return Beside::kModel;
  if (any([&](const ShownDrive& d) { return d.perturbation != drives.front().perturbation; }))
    return Beside::kPerturbation;
  if (any([&](const ShownDrive& d) { return d.latency != drives.front().latency; })) return Beside::kLatency;
  return Beside::kNobody;
}

// Do the two belong into one scene?
bool comparable(const ShownDrive& a, const ShownDrive& b, Beside beside) {
  return a.course == b.course && (a.model == b.model || beside == Beside::kModel) &&
         (a.perturbation == b.perturbation || beside == Beside::kPerturbation) &&
         (a.latency == b.latency || beside == Beside::kLatency);
}

bool has_failure(const FilmScene& scene) {
  return std::any_of(scene.drives.begin(), scene.drives.end(), [](const auto* d) { return !d->result.completed; });
}

}  // namespace

std::vector<FilmScene> film_scenes(const std::vector<ShownDrive>& drives) {
  std::vector<FilmScene> scenes;
  if (drives.empty()) return scenes;
  const Beside beside = what_differs(drives);
  std::vector<bool> shown(drives.size());
  for (std::size_t i = 0; i < drives.size(); ++i) {
    if (shown[i]) continue;
    bool alone = true;
    for (std::size_t k = i + 1; k < drives.size() && beside != Beside::kNobody; ++k) {
      if (shown[k] || !comparable(drives[i], drives[k], beside)) continue;
      scenes.push_back({{&drives[i].drive, &drives[k].drive}});
      shown[k] = true;
      alone = false;
    }
    if (alone) scenes.push_back({{&drives[i].drive}});
  }
  return scenes;
}

FilmScene page_scene(const std::vector<FilmScene>& scenes) {
  const auto failed = std::find_if(scenes.begin(), scenes.end(), has_failure);
  return failed == scenes.end() ? scenes.front() : *failed;
}

PageVideos drive_page_videos(const std::vector<ShownDrive>& drives, const ProgressFn& progress, bool& interrupted) {
  const std::vector<FilmScene> scenes = film_scenes(drives);
  if (scenes.empty()) return {};
  return page_videos(make_page_video(page_scene(scenes), progress), interrupted);
}

}  // namespace pitlane::cli
