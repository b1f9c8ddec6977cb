#include "pitlane/data/sessions.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <cmath>
#include <limits>
#include <system_error>

namespace pitlane {
namespace {

constexpr double kGapSeconds = 2;
constexpr double kGapSteps = 10;

/// Of the steps that go forward; 0 if there is none.
double median_step(const std::vector<RecordingRow>& rows) {
  std::vector<double> steps;
  for (std::size_t i = 1; i < rows.size(); ++i)
    if (rows[i].time_s > rows[i - 1].time_s) steps.push_back(rows[i].time_s - rows[i - 1].time_s);
  if (steps.empty()) return 0;
  const auto middle = steps.begin() + static_cast<std::ptrdiff_t>(steps.size() / 2);
  std::nth_element(steps.begin(), middle, steps.end());
  return *middle;
}

}  // namespace

void convert_times_to_seconds(std::vector<RecordingRow>& rows) {
  const double step = median_step(rows);
  double unit = 1;
  if (step >= 5) unit = 1e-3;
  if (step >= 2e3) unit = 1e-6;
  if (step >= 1e6) unit = 1e-9;
  for (RecordingRow& row : rows) row.time_s *= unit;
}

void assign_sessions_by_time(std::vector<RecordingRow>& rows) {
  const double gap = std::max(kGapSeconds, kGapSteps * median_step(rows));
  int session = 0;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (i > 0) {
      const double step = rows[i].time_s - rows[i - 1].time_s;
      if (step < 0 || step > gap) ++session;
    }
    rows[i].session = session;
  }
}

double time_of_name(std::string_view name) {
  constexpr double kUnknown = std::numeric_limits<double>::quiet_NaN();
  name = name.substr(0, name.find_last_of('.'));
  std::array<int, 7> parts{};  // year, month, day, hour, minute, second, millisecond
  for (std::size_t i = parts.size(); i-- > 0;) {
    const std::size_t separator = name.find_last_of('_');
    if (separator == std::string_view::npos) return kUnknown;
    const std::string_view digits = name.substr(separator + 1);
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), parts[i]);
    if (error != std::errc() || end != digits.data() + digits.size() || parts[i] < 0) return kUnknown;
    name = name.substr(0, separator);
  }
  const std::chrono::year_month_day date{std::chrono::year(parts[0]),
                                         std::chrono::month(static_cast<unsigned>(parts[1])),
                                         std::chrono::day(static_cast<unsigned>(parts[2]))};
  if (!date.ok()) return kUnknown;
  const auto days = std::chrono::sys_days(date).time_since_epoch().count();
  return days * 86400.0 + parts[3] * 3600.0 + parts[4] * 60.0 + parts[5] + parts[6] / 1000.0;
}

}  // namespace pitlane
