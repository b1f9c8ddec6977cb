#include "pitlane/cli/number_range.h"

#include <charconv>
#include <cmath>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>

namespace pitlane::cli {
namespace {

constexpr std::size_t kShown = 30;  // characters of a wrong value; nobody needs all of 1e308

template <typename Number>
std::optional<Number> parsed(const std::string& text) {
  Number value{};
  const char* const end = text.data() + text.size();
  const auto [stopped, error] = std::from_chars(text.data(), end, value);
  if (error != std::errc() || stopped != end) return std::nullopt;
  return value;
}

std::string short_text(double value) {
  char text[64];
  return {text, std::to_chars(text, text + sizeof text, value, std::chars_format::general).ptr};
}

// Ranges are easier to read without powers of ten.
std::string bound_text(double value) {
  const bool plain = value == std::floor(value) && std::abs(value) < 1e15;
  return plain ? std::to_string(static_cast<std::int64_t>(value)) : short_text(value);
}

std::string refusal(const std::string& allowed, const std::string& given) {
  return "must be " + allowed + ", not '" + given.substr(0, kShown) + (given.size() > kShown ? "...'" : "'");
}

CLI::Validator real_number(const std::string& allowed, const std::function<bool(double)>& good) {
  return CLI::Validator(
      [=](std::string& text) {
        const auto value = parsed<double>(text);
        return value && std::isfinite(*value) && good(*value) ? std::string() : refusal(allowed, text);
      },
      allowed);
}

template <typename Number>
CLI::Validator whole_number(const std::string& allowed, Number low, Number high) {
  return CLI::Validator(
      [=](std::string& text) {
        const auto value = parsed<Number>(text);
        const bool good = value && *value >= low && *value <= high;
        // The parser would take a leading zero for octal.
        return good && text == std::to_string(*value) ? std::string() : refusal(allowed, text);
      },
      allowed);
}

}  // namespace

CLI::Validator within(double low, double high) {
  return real_number("within " + bound_text(low) + " to " + bound_text(high),
                     [=](double value) { return value >= low && value <= high; });
}

CLI::Validator positive() {
  return real_number("a positive number", [](double value) { return value > 0; });
}

CLI::Validator not_negative() {
  return real_number("a number that is not negative", [](double value) { return value >= 0; });
}

CLI::Validator whole(std::int64_t low, std::int64_t high) {
  return whole_number("a whole number within " + std::to_string(low) + " to " + std::to_string(high), low, high);
}

CLI::Validator seed() { return whole_number<std::uint64_t>("a whole number within 0 to 2^64 - 1", 0, UINT64_MAX); }

}  // namespace pitlane::cli
