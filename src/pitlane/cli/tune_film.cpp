#include "pitlane/cli/tune_film.h"

#include <algorithm>
#include <string>
#include <utility>

#include "pitlane/cli/video_output.h"
#include "pitlane/engine/plan.h"
#include "pitlane/network/pit_file.h"
#include "pitlane/study/laps.h"
#include "pitlane/study/tune_latency.h"
#include "pitlane/video/mp4_encoder.h"

namespace pitlane::cli {
namespace {

// The baseline, and whom the page recommends or calls the closest; the baseline alone where that is itself.
std::vector<const StrategyRow*> rows_to_show(const TuneResult& result) {
  std::vector<const StrategyRow*> rows;
  const std::string& other =
      result.recommendation.strategy ? *result.recommendation.strategy : result.recommendation.closest;
  for (const StrategyRow& row : result.rows)
    if (!row.failure && (&row == &result.rows.front() || row.strategy == other)) rows.push_back(&row);
  return rows;
}

const Course& course_to_show(const std::vector<Course>& courses) {
  const auto held_out = std::find_if(courses.begin(), courses.end(), [](const Course& c) { return c.held_out; });
  return held_out == courses.end() ? courses.front() : *held_out;
}

Result<FilmedDrive> driven(const StrategyRow& row, const Course& course, const TuneOptions& options) {
  PITLANE_TRY(const Network network, load_pit(options.out / row.file));
  PITLANE_TRY(const auto plan, compile(network, {}));
  PITLANE_TRY(LapOptions laps, laps_of(options, row.decide_s));
  laps.latencies.resize(1, LatencyModel::none());
  laps.threads = 1;
  PITLANE_TRY(std::vector<LapRow> driven, drive_laps(network, *plan, {course}, laps));
  LapRow& lap = driven.front();
  return filmed_drive(course, row.strategy, {latency_words(lap.latency)}, lap.seed, 1, std::move(lap.result));
}

Result<PageVideo> film(const TuneResult& result, const TuneInputs& inputs, const TuneOptions& options,
                       const ProgressFn& progress) {
  PITLANE_TRY_STATUS(check_video_encoder());
  const Course& course = course_to_show(inputs.courses);
  std::vector<FilmedDrive> drives;
  for (const StrategyRow* row : rows_to_show(result)) {
    PITLANE_TRY(FilmedDrive drive, driven(*row, course, options));
    drives.push_back(std::move(drive));
  }
  FilmScene scene;
  for (const FilmedDrive& drive : drives) scene.drives.push_back(&drive);
  return make_page_video(scene, progress);
}

}  // namespace

PageVideos tune_page_videos(const TuneResult& result, const TuneInputs& inputs, const TuneOptions& options,
                            const ProgressFn& progress, bool& interrupted) {
  if (inputs.courses.empty() || rows_to_show(result).empty()) return {};
  return page_videos(film(result, inputs, options, progress), interrupted);
}

}  // namespace pitlane::cli
