// Drives as a video: what the camera saw, the circuit with the way so far, the commands; two drives side by side in
// lock-step of simulated time. Made afterwards from the trajectories, so it changes no drive.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <vector>

#include "pitlane/core/image.h"
#include "pitlane/core/progress.h"
#include "pitlane/core/result.h"
#include "pitlane/measure/episode.h"
#include "pitlane/measure/world.h"

namespace pitlane {

/// What the camera saw at that time from there: RGB, valid until the next call. Times of calls ascend.
using FrameFn = std::function<Result<ImageView>(double time_s, const Pose& pose)>;

/// One drive, to be shown.
struct FilmedDrive {
  std::string network;     ///< the name over the picture
  std::string conditions;  ///< the smaller line below: circuit, direction, latency, what goes wrong
  int laps = 1;            ///< asked for
  ReferenceLine line;
  EpisodeResult result;  ///< with every point of its trajectory
  std::function<Result<FrameFn>()> open_frames;
};

/// One drive, or two side by side: who ends earlier stands still and says why. The drives are somebody else's.
struct FilmScene {
  std::vector<const FilmedDrive*> drives;
};

struct FilmOptions {
  int height = 720;            ///< pixels, even, 180 to 2160; the width is 16/9 of it
  int frames_per_second = 20;  ///< of simulated time, which is the video's
  int quality = 24;            ///< see Mp4Options
  int most_bits_per_s = 0;     ///< see Mp4Options
  double longest_s = 0;        ///< show no more than the beginning of a scene; 0: all of it
};

struct Film {
  std::vector<std::byte> mp4;  ///< a whole file
  int width = 0, height = 0, frames = 0;
  double duration_s = 0;
};

/// One scene after another. The same scenes give the same bytes. One thread; progress counts frames.
/// Errors: no scene, a scene without a drive or with more than two, a drive without a trajectory; those of Mp4Encoder
/// and of the frames.
Result<Film> make_film(const std::vector<FilmScene>& scenes, const FilmOptions& options,
                       const ProgressFn& progress = {});

}  // namespace pitlane
