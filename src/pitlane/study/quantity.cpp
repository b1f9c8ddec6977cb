#include "pitlane/study/quantity.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

namespace pitlane {
namespace {

std::string print(double value, std::chars_format format, int precision) {
  std::array<char, 512> buffer{};  // Longest: 309 digits before the point, sign, and the decimals.
  const auto [end, code] = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value, format, precision);
  return code == std::errc() ? std::string(buffer.data(), end) : std::string("-");
}

bool is_zero(const std::string& text) { return text.find_first_of("123456789") == std::string::npos; }

}  // namespace

std::string fixed_text(double value, int decimals) {
  if (!std::isfinite(value)) return "-";
  std::string text = print(value, std::chars_format::fixed, std::clamp(decimals, 0, 17));
  if (text.front() == '-' && is_zero(text)) text.erase(0, 1);
  return text;
}

std::string significant_text(double value, int digits) {
  if (!std::isfinite(value)) return "-";
  if (value == 0) return "0";
  const double size = std::abs(value);
  if (size < 1e-6 || size >= 1e9) return print(value, std::chars_format::scientific, digits - 1);
  int decimals = digits - 1 - static_cast<int>(std::floor(std::log10(size)));
  // 9.996 with three digits becomes 10.0, not 10.00.
  const double step = std::pow(10.0, decimals);
  if (std::round(size * step) / step >= std::pow(10.0, std::floor(std::log10(size)) + 1)) --decimals;
  if (decimals >= 0) return fixed_text(value, decimals);
  const double unit = std::pow(10.0, -decimals);
  return fixed_text(std::round(value / unit) * unit, 0);
}

std::string bytes_text(double bytes) {
  if (!std::isfinite(bytes)) return "-";
  if (std::abs(bytes) < 1000) return fixed_text(bytes, 0) + " B";
  if (std::abs(bytes) < 1e5) return significant_text(bytes / 1e3, 3) + " kB";
  return significant_text(bytes / 1e6, 3) + " MB";
}

std::string percent_text(double ratio) {
  if (!std::isfinite(ratio)) return "-";
  const double percent = ratio * 100;
  const double size = std::abs(percent);
  return fixed_text(percent, size < 0.995 ? 2 : size < 9.95 ? 1 : 0) + " %";
}

std::string signed_percent_text(double ratio) {
  std::string text = percent_text(ratio);
  if (text == "-") return text;
  if (is_zero(text)) return "±0 %";
  return ratio > 0 ? "+" + text : text;
}

std::string metres_text(double metres) { return fixed_text(metres, 3) + " m"; }
std::string milliseconds_text(double milliseconds) { return significant_text(milliseconds, 3) + " ms"; }

std::string count_text(std::int64_t value) {
  std::string text = std::to_string(value);
  const int first = value < 0 ? 1 : 0;
  for (int at = static_cast<int>(text.size()) - 3; at > first; at -= 3) text.insert(static_cast<std::size_t>(at), ",");
  return text;
}

}  // namespace pitlane
