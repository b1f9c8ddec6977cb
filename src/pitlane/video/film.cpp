#include "pitlane/video/film.h"

#include <algorithm>
#include <cmath>
#include <opencv2/core.hpp>

#include "pitlane/video/mp4_encoder.h"
#include "pitlane/video/palette.h"
#include "pitlane/video/pane.h"

namespace pitlane {
namespace {

constexpr int kLowest_px = 180, kHighest_px = 2160;
constexpr double kHold_s = 1.5;  // the end of a scene stays for so long
constexpr std::size_t kMostDrives = 2;

Status check(const std::vector<FilmScene>& scenes, const FilmOptions& options) {
  if (scenes.empty()) return invalid_argument("a video needs a drive to show");
  for (const FilmScene& scene : scenes)
    if (scene.drives.empty() || scene.drives.size() > kMostDrives)
      return invalid_argument("a video shows one drive or two side by side, not " +
                              std::to_string(scene.drives.size()));
  if (options.height < kLowest_px || options.height > kHighest_px || options.height % 2 != 0)
    return invalid_argument("a video is an even number of pixels high, from " + std::to_string(kLowest_px) + " to " +
                            std::to_string(kHighest_px) + ", not " + std::to_string(options.height));
  return {};
}

int frames_of(const FilmScene& scene, const FilmOptions& options) {
  double end_s = 0;
  for (const FilmedDrive* drive : scene.drives)
    if (!drive->result.trajectory.empty()) end_s = std::max(end_s, drive->result.trajectory.back().time_s);
  end_s += kHold_s;
  if (options.longest_s > 0) end_s = std::min(end_s, options.longest_s);
  return std::max(1, static_cast<int>(std::ceil(end_s * options.frames_per_second)));
}

class FilmMaker {
 public:
  FilmMaker(Mp4Encoder& encoder, cv::Size size, const FilmOptions& options, int frames, const ProgressFn& progress)
      : encoder_(encoder),
        options_(options),
        frames_(frames),
        progress_(progress),
        blank_(size, CV_8UC3, kPageColour) {}

  Status add(const FilmScene& scene) {
    const std::vector<PaneLayout> layouts = pane_layouts(scene.drives.size(), blank_.size());
    const GaugeRanges ranges = gauge_ranges(scene);
    std::vector<Pane> panes;
    for (std::size_t i = 0; i < scene.drives.size(); ++i) {
      PITLANE_TRY(Pane pane, Pane::create(*scene.drives[i], layouts[i], ranges, kNetworkColours[i]));
      panes.push_back(std::move(pane));
    }
    const int count = frames_of(scene, options_);
    for (int i = 0; i < count; ++i) {
      if (!report(progress_, {"video", done_, frames_, ""})) return interrupted();
      PITLANE_TRY_STATUS(add_frame(panes, static_cast<double>(i) / options_.frames_per_second));
      ++done_;
    }
    return {};
  }

 private:
  Status add_frame(std::vector<Pane>& panes, double time_s) {
    blank_.copyTo(picture_);
    for (Pane& pane : panes) PITLANE_TRY_STATUS(pane.draw(picture_, time_s));
    return encoder_.add({picture_.data, picture_.cols, picture_.rows, static_cast<std::ptrdiff_t>(picture_.step)});
  }

  Mp4Encoder& encoder_;
  const FilmOptions& options_;
  int frames_, done_ = 0;
  const ProgressFn& progress_;
  cv::Mat blank_, picture_;
};

}  // namespace

Result<Film> make_film(const std::vector<FilmScene>& scenes, const FilmOptions& options, const ProgressFn& progress) {
  PITLANE_TRY_STATUS(check(scenes, options));
  Film film;
  film.height = options.height;
  film.width = (options.height * 16 / 9 + 1) / 2 * 2;
  PITLANE_TRY(Mp4Encoder encoder, Mp4Encoder::create({film.width, film.height, options.frames_per_second,
                                                      options.quality, options.most_bits_per_s}));
  for (const FilmScene& scene : scenes) film.frames += frames_of(scene, options);
  FilmMaker maker(encoder, {film.width, film.height}, options, film.frames, progress);
  for (const FilmScene& scene : scenes) PITLANE_TRY_STATUS(maker.add(scene));
  PITLANE_TRY(film.mp4, encoder.finish());
  film.duration_s = static_cast<double>(film.frames) / options.frames_per_second;
  return film;
}

}  // namespace pitlane
