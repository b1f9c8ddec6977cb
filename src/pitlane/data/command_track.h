// Values over time, and which of them belong to a moment: commands and speeds beside pictures.
#pragma once

#include <array>
#include <optional>
#include <vector>

namespace pitlane {

struct TimedCommand {
  double time_s = 0;
  std::array<double, 2> values{};  ///< v and w of a command; of a speed the first
};

/// `track` by time. The entry nearest to `time_s` (of two equally near ones the earlier), if it is not farther away
/// than `tolerance_s`.
std::optional<std::array<double, 2>> nearest(const std::vector<TimedCommand>& track, double time_s, double tolerance_s);

/// On the straight line between the entries before and after `time_s`, neither of which may be farther away than
/// `tolerance_s`.
std::optional<std::array<double, 2>> interpolated(const std::vector<TimedCommand>& track, double time_s,
                                                  double tolerance_s);

}  // namespace pitlane
