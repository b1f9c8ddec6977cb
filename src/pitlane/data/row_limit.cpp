#include "pitlane/data/row_limit.h"

#include <set>

namespace pitlane {

std::int64_t limit_rows(std::vector<Recording>& recordings, std::int64_t most) {
  std::int64_t all = 0;
  for (const Recording& recording : recordings) all += static_cast<std::int64_t>(recording.rows.size());
  if (all <= most) return all;
  std::int64_t position = 0;
  for (Recording& recording : recordings) {
    std::set<std::int64_t> kept;
    for (RecordingRow& row : recording.rows) {
      // Row p stays where p * most / all passes a whole number. Products of 2^31 rows fit.
      const std::int64_t before = position == 0 ? -1 : (position - 1) * most / all;
      row.sample = position * most / all != before;
      if (row.sample) kept.insert(row.index);
      ++position;
    }
    for (RecordingRow& side : recording.side_rows) side.sample = kept.count(side.index) != 0;
  }
  return most;
}

}  // namespace pitlane
