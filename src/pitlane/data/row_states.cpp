#include "pitlane/data/row_states.h"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <map>
#include <optional>
#include <string>

#include "pitlane/core/log.h"

namespace pitlane {
namespace {

/// Of a label "v" that orders a speed.
std::optional<std::size_t> ordered_speed(const Recording& recording) {
  const auto found = std::ranges::find_if(
      recording.labels, [](const LabelSpec& label) { return label.name == "v" && label.unit == "m/s"; });
  if (found == recording.labels.end()) return std::nullopt;
  return static_cast<std::size_t>(found - recording.labels.begin());
}

/// A car that obeys at once: by row of the centre camera, the speed that the row before ordered; at a drive's first
/// row, its own.
std::vector<float> speeds_by_orders(const Recording& recording, std::size_t label) {
  std::vector<float> out;
  std::map<int, const RecordingRow*> before;  // by session
  for (const RecordingRow& row : recording.rows) {
    const RecordingRow*& last = before[row.session];
    const bool same_drive = last != nullptr && last->drive == row.drive;
    out.push_back(static_cast<float>((same_drive ? *last : row).labels[label]));
    last = &row;
  }
  return out;
}

Result<std::vector<float>> speeds(const Recording& recording, const std::vector<const RecordingRow*>& rows) {
  std::vector<float> out;
  const auto unknown = [](const RecordingRow* row) { return !std::isfinite(static_cast<float>(row->speed_mps)); };
  const auto missing = std::ranges::find_if(rows, unknown);
  if (missing == rows.end()) {
    for (const RecordingRow* row : rows) out.push_back(static_cast<float>(row->speed_mps));
    return out;
  }
  const std::string where = recording.directory.string();
  if (!std::ranges::all_of(rows, unknown))
    return corrupt(where + ": " + recording.index_file + ":" + std::to_string((*missing)->line) +
                   " does not tell the car's speed, other rows do; the network needs it at all of them");
  const auto label = ordered_speed(recording);
  if (!label)
    return invalid_argument(where +
                            ": does not tell the car's speed, which the network reads; give data.csv a column "
                            "speed_mps (metres per second), or choose a network without speed");
  const std::vector<float> by_row = speeds_by_orders(recording, *label);
  for (const RecordingRow* row : rows) {
    // Side cameras go with their centre row, or the nearest one where that is bad.
    const auto found = std::ranges::lower_bound(recording.rows, row->index, {}, &RecordingRow::index);
    const auto position = std::min<std::ptrdiff_t>(found - recording.rows.begin(), std::ssize(by_row) - 1);
    out.push_back(by_row[static_cast<std::size_t>(position)]);
  }
  return out;
}

std::vector<int> numbers(const Recording& recording, const std::vector<const RecordingRow*>& rows,
                         int RecordingRow::*number, const char* what) {
  std::vector<int> out;
  std::int64_t unknown = 0;
  for (const RecordingRow* row : rows) {
    if (row->*number < 0) ++unknown;
    out.push_back(std::max(0, row->*number));
  }
  if (unknown > 0)
    log_warning(recording.directory.string() + ": " + std::to_string(unknown) + " of " + std::to_string(rows.size()) +
                " rows have no " + what + ", which the network reads; 0 stands in");
  return out;
}

}  // namespace

Result<RowStates> row_states(const Recording& recording, const std::vector<const RecordingRow*>& rows,
                             const SampleNeeds& needs) {
  RowStates out;
  if (needs.speed) {
    PITLANE_TRY(out.speed_mps, speeds(recording, rows));
  }
  if (needs.command) out.command = numbers(recording, rows, &RecordingRow::command, "high-level command");
  if (needs.light) out.light = numbers(recording, rows, &RecordingRow::light, "traffic light");
  if (needs.history)
    for (const RecordingRow* row : rows) out.drive.push_back(row->drive);
  return out;
}

void take_state(Dataset& dataset, const RowStates& states, std::size_t row) {
  if (!states.speed_mps.empty()) dataset.speed_mps.push_back(states.speed_mps[row]);
  if (!states.command.empty()) dataset.command.push_back(states.command[row]);
  if (!states.light.empty()) dataset.light.push_back(states.light[row]);
  if (!states.drive.empty()) dataset.drive.push_back(states.drive[row]);
}

}  // namespace pitlane
