// What `pitlane replay` says: for people, for programs, for spreadsheets.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "pitlane/measure/replay.h"
#include "pitlane/report/episode_json.h"

namespace pitlane {

struct ReplayReport {
  JsonSubject a, b;
  std::string data;  ///< the recording, as the user named it
  Replay replay;
  std::vector<std::size_t> worst;                     ///< indices into Replay::frames, worst first
  std::function<std::string(std::int64_t)> row_name;  ///< of a row: "data.csv:17 Images/16.png"
  std::vector<std::string> exceeded;                  ///< limits that do not hold, a sentence each
};

/// A line an output, then the worst frames. At most 110 columns where names are short.
std::string replay_text(const ReplayReport& report);
/// The same, and which limits do not hold; the same bytes from run to run on one ISA.
std::string replay_json(const ReplayReport& report);
/// A line a frame: row, name, and for each output a, b and their difference (b - a) in its unit.
std::string replay_csv(const ReplayReport& report);

}  // namespace pitlane
