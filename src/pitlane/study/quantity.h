// Numbers as people read them, the same in every locale: what the report and the recommendation print.
#pragma once

#include <cstdint>
#include <string>

namespace pitlane {

/// "0.123"; "-" where the value is not finite. Never "-0.00".
std::string fixed_text(double value, int decimals);
/// Rounded to `digits` significant digits, no exponent between 1e-6 and 1e9: "0.0412", "1230".
std::string significant_text(double value, int digits);
/// Decimal megabytes (kilobytes below 100 kB), three significant digits: "1.64 MB".
std::string bytes_text(double bytes);
/// 0.031 -> "3.1 %"; two significant digits below 10 %, none behind the point above.
std::string percent_text(double ratio);
/// As percent_text, always with a sign: "+3.1 %", "-0.4 %", "±0 %".
std::string signed_percent_text(double ratio);
/// "0.123 m"; "- m" where the value is not finite.
std::string metres_text(double metres);
/// Three significant digits: "0.331 ms".
std::string milliseconds_text(double milliseconds);
/// 1234567 -> "1,234,567".
std::string count_text(std::int64_t value);

}  // namespace pitlane
