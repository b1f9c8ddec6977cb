// Seconds since 1970 as a date, UTC.
#pragma once

#include <chrono>
#include <cmath>
#include <cstdint>

namespace pitlane {

struct Calendar {
  int year = 1970, month = 1, day = 1;
  int hour = 0, minute = 0, second = 0, millisecond = 0;
};

/// Rounded to milliseconds: within the years 1970 to 9999, which have four digits?
inline bool in_calendar(double time_s) {
  constexpr double kYear10000_ms = 253402300800e3;
  const double moment = std::round(time_s * 1000);
  return moment >= 0 && moment < kYear10000_ms;
}

/// Rounded to milliseconds. `time_s`: in_calendar.
inline Calendar calendar_of(double time_s) {
  constexpr std::int64_t kDay = 24LL * 60 * 60 * 1000;
  const std::int64_t moment = std::llround(time_s * 1000);
  const std::chrono::year_month_day date{std::chrono::sys_days(std::chrono::days(moment / kDay))};
  const auto rest = static_cast<int>(moment % kDay);
  Calendar out;
  out.year = static_cast<int>(date.year());
  out.month = static_cast<int>(static_cast<unsigned>(date.month()));
  out.day = static_cast<int>(static_cast<unsigned>(date.day()));
  out.hour = rest / 3600000;
  out.minute = rest / 60000 % 60;
  out.second = rest / 1000 % 60;
  out.millisecond = rest % 1000;
  return out;
}

}  // namespace pitlane
