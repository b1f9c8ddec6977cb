// One drive as JSON that reads back exactly: part of a row of `tune`, and what the store keeps of a study's cell.
#pragma once

#include "pitlane/measure/episode.h"
#include "pitlane/study/json_cursor.h"
#include "pitlane/study/stored_json.h"

namespace pitlane {

/// Stable name of an end, also used by the reports: "completed", "off_road", "timeout", ...
const char* episode_end_name(EpisodeEnd end);

Json write_episode(const EpisodeResult& episode);
EpisodeResult read_episode(const JsonCursor& at);

}  // namespace pitlane
