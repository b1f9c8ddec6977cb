#include "pitlane/search/search_budget.h"

#include <charconv>
#include <cmath>
#include <string_view>
#include <system_error>

#include "pitlane/core/printable.h"

namespace pitlane {
namespace {

constexpr int kMostTrials = 100'000;
constexpr double kMostSeconds = 30 * 24 * 3600.0;

Error refusal(const std::string& text, const std::string& what) {
  return invalid_argument("--auto " + printable(text) + ": " + what +
                          "; say a time, e.g. 30min, or a number of trials, e.g. 20");
}

// Seconds; 0 where it is no unit.
double unit_of(std::string_view name) {
  if (name == "s") return 1;
  if (name == "min") return 60;
  return name == "h" ? 3600 : 0;
}

}  // namespace

Result<SearchBudget> parse_budget(const std::string& text) {
  double number = 0;
  const char* const end = text.data() + text.size();
  const auto [stopped, code] = std::from_chars(text.data(), end, number, std::chars_format::fixed);
  if (code != std::errc() || !std::isfinite(number)) return refusal(text, "is no budget");
  const std::string_view unit(stopped, static_cast<std::size_t>(end - stopped));
  if (!unit.empty() && unit_of(unit) == 0) return refusal(text, "the unit is s, min or h");
  if (number <= 0) return refusal(text, "the budget must be above zero");
  SearchBudget budget;
  if (!unit.empty()) {
    budget.seconds = number * unit_of(unit);
    if (budget.seconds > kMostSeconds) return refusal(text, "more than 30 days");
    return budget;
  }
  if (number != std::floor(number)) return refusal(text, "a number of trials is whole");
  if (number > kMostTrials) return refusal(text, "more than 100000 trials");
  budget.trials = static_cast<int>(number);
  return budget;
}

}  // namespace pitlane
