#include "pitlane/data/command_track.h"

#include <algorithm>
#include <iterator>

namespace pitlane {
namespace {

using Track = std::vector<TimedCommand>;

/// The first entry that is not before the moment.
Track::const_iterator first_from(const Track& track, double time_s) {
  return std::lower_bound(track.begin(), track.end(), time_s,
                          [](const TimedCommand& entry, double time) { return entry.time_s < time; });
}

}  // namespace

std::optional<std::array<double, 2>> nearest(const Track& track, double time_s, double tolerance_s) {
  const auto after = first_from(track, time_s);
  auto best = after;
  if (after != track.begin()) {
    const auto before = std::prev(after);
    if (after == track.end() || time_s - before->time_s <= after->time_s - time_s) best = before;
  }
  if (best == track.end() || std::max(best->time_s - time_s, time_s - best->time_s) > tolerance_s) return std::nullopt;
  return best->values;
}

std::optional<std::array<double, 2>> interpolated(const Track& track, double time_s, double tolerance_s) {
  const auto after = first_from(track, time_s);
  if (after == track.end() || after->time_s - time_s > tolerance_s) return std::nullopt;
  if (after->time_s == time_s) return after->values;
  if (after == track.begin()) return std::nullopt;
  const auto before = std::prev(after);
  if (time_s - before->time_s > tolerance_s) return std::nullopt;
  const double share = (time_s - before->time_s) / (after->time_s - before->time_s);
  std::array<double, 2> out{};
  for (std::size_t i = 0; i < out.size(); ++i)
    out[i] = before->values[i] + share * (after->values[i] - before->values[i]);
  return out;
}

}  // namespace pitlane
