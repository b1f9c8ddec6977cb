#include "pitlane/cli/video_output.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "pitlane/cli/output_file.h"
#include "pitlane/sim/episode_camera.h"
#include "pitlane/study/quantity.h"
#include "pitlane/video/mp4_encoder.h"

namespace pitlane::cli {
namespace {

constexpr FilmOptions kPageFilm{
    .height = 540, .frames_per_second = 10, .quality = 30, .most_bits_per_s = 160'000, .longest_s = 120};

std::string joined(const std::vector<std::string>& words) {
  std::string out;
  for (const std::string& word : words)
    if (!word.empty()) out += (out.empty() ? "" : ", ") + word;
  return out;
}

}  // namespace

Status check_video_file(const std::filesystem::path& path) {
  if (path.extension() != ".mp4")
    return invalid_argument("--video " + path.string() + ": a video is an MP4 file; let its name end in .mp4");
  PITLANE_TRY_STATUS(check_output_file(path));
  PITLANE_TRY_STATUS(check_output_folder_is_there(path));
  if (const Status encoder = check_video_encoder(); !encoder.ok()) return encoder.error().in("--video");
  return {};
}

Result<FilmedDrive> filmed_drive(const Course& course, const std::string& network,
                                 const std::vector<std::string>& conditions, std::uint64_t seed, int laps,
                                 EpisodeResult result) {
  PITLANE_TRY(const std::unique_ptr<World> world, course.make_world());
  FilmedDrive drive;
  drive.network = network;
  std::vector<std::string> words{course.circuit, course.reverse ? "reverse" : "forward"};
  words.insert(words.end(), conditions.begin(), conditions.end());
  drive.conditions = joined(words);
  drive.laps = laps;
  drive.line = world->reference_line();
  drive.result = std::move(result);
  drive.open_frames = [make_world = course.make_world, seed]() -> Result<FrameFn> {
    PITLANE_TRY(std::unique_ptr<World> again, make_world());
    PITLANE_TRY(EpisodeCamera opened, EpisodeCamera::create(std::move(again), seed));
    const auto camera = std::make_shared<EpisodeCamera>(std::move(opened));
    return FrameFn([camera](double time_s, const Pose& pose) { return camera->see(time_s, pose); });
  };
  return drive;
}

std::string video_summary(const std::string& path, const Film& film) {
  return path + ": " + fixed_text(film.duration_s, 1) + " s, " + std::to_string(film.width) + "x" +
         std::to_string(film.height) + ", " + bytes_text(static_cast<double>(film.mp4.size()));
}

std::string latency_words(const std::string& name) { return name == "none" ? "" : "latency " + name; }

Result<PageVideo> make_page_video(const FilmScene& scene, const ProgressFn& progress) {
  PITLANE_TRY(Film film, make_film({scene}, kPageFilm, progress));
  PageVideo video;
  const FilmedDrive& first = *scene.drives.front();
  video.title = first.network;
  if (scene.drives.size() > 1) {
    const FilmedDrive& second = *scene.drives.back();
    const bool same = second.network == first.network;
    video.title = same ? first.network : first.network + " beside " + second.network;
    video.caption = same ? first.conditions + " beside " + second.conditions + "; " : first.conditions + "; ";
  } else {
    video.caption = first.conditions + "; ";
  }
  double end_s = 0;
  for (const FilmedDrive* drive : scene.drives) end_s = std::max(end_s, drive->result.simulated_s);
  video.caption += film.duration_s < end_s
                       ? "the first " + fixed_text(film.duration_s, 0) + " of " + fixed_text(end_s, 0) + " s"
                       : fixed_text(film.duration_s, 0) + " s";
  video.caption += ", in simulated time; " + std::to_string(film.width) + "x" + std::to_string(film.height) + ", " +
                   bytes_text(static_cast<double>(film.mp4.size())) +
                   ". The picture is what the camera saw. Who ends earlier stands still.";
  video.width = film.width;
  video.height = film.height;
  video.mp4 = std::move(film.mp4);
  return video;
}

PageVideos page_videos(Result<PageVideo> video, bool& interrupted) {
  PageVideos videos;
  if (video.ok()) {
    videos.videos.push_back(*std::move(video));
    return videos;
  }
  interrupted = video.error().kind() == ErrorKind::kInterrupted;
  videos.why_none = video.error().message();
  return videos;
}

}  // namespace pitlane::cli
