// Where one drive ends and the next begins, read from the frames' times.
#pragma once

#include <string_view>
#include <vector>

#include "pitlane/data/recording.h"

namespace pitlane {

/// Loggers write seconds, milli-, micro- or nanoseconds and do not say which. Cameras that drive run between
/// 0.5 Hz and 1 kHz, so the median step tells: converts `time_s` of all rows to seconds.
void convert_times_to_seconds(std::vector<RecordingRow>& rows);

/// A new session starts where time goes back or jumps by more than 2 s (and more than ten median steps).
/// Rows without times (all 0) are one session.
void assign_sessions_by_time(std::vector<RecordingRow>& rows);

/// Seconds since 1970 from a name like "center_2018_07_16_17_11_43_382.jpg" (year to millisecond); NaN if it has
/// no such ending.
double time_of_name(std::string_view name);

}  // namespace pitlane
