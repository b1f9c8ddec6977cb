// What the page of `drive --report` says of all drives together and of where they come from, and what its scripts draw.
#pragma once

#include <string>
#include <vector>

#include "pitlane/report/drive_summary.h"

namespace pitlane {

using ShortModelName = std::string (*)(const std::string& model);

/// Models as the drives name them, each once.
std::vector<std::string> models_of(const std::vector<DriveEntry>& entries);

/// Who drives best, in tiles and words, and a row a network.
std::string drive_overview_html(const std::vector<DriveEntry>& entries, ShortModelName short_name);
/// Networks with size and hash, machine, version, the command.
std::string drive_provenance_html(const std::vector<DriveEntry>& entries, const DriveOrigin& origin,
                                  ShortModelName short_name);
/// For page/drive.js and page/track.js.
std::string drive_page_data(const std::vector<DriveEntry>& entries, const DriveOrigin& origin,
                            ShortModelName short_name);
/// How charts and tables name a network's decay.
std::string decay_name(const LatencyDecay& decay, ShortModelName short_name);

}  // namespace pitlane
