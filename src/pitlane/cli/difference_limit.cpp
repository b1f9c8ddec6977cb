#include "pitlane/cli/difference_limit.h"

#include <algorithm>
#include <charconv>
#include <cmath>

#include "pitlane/core/joined.h"
#include "pitlane/study/quantity.h"

namespace pitlane::cli {
namespace {

constexpr int kDigits = 3;

const char* flag_of(DifferenceKind kind) {
  return kind == DifferenceKind::kLargest ? "--max-difference" : "--mean-difference";
}

bool is_about(const DifferenceLimit& limit, const OutputDifference& output) {
  return limit.output.empty() || limit.output == output.name;
}

std::string sentence(const DifferenceLimit& limit, const OutputDifference& output, double difference,
                     const std::function<std::string(std::int64_t)>& row_name) {
  const bool largest = limit.kind == DifferenceKind::kLargest;
  const std::string unit = output.unit.empty() ? "" : " " + output.unit;
  std::string text = output.name + ": the " + (largest ? "largest" : "mean") + " difference is ";
  text +=
      significant_text(difference, kDigits) + unit + " (" + percent_text(difference / output.range) + " of its range)";
  if (largest) text += " at " + row_name(output.worst_row);
  text += std::string(", more than the ") +
          (limit.output.empty() ? percent_text(limit.value) : significant_text(limit.value, kDigits) + unit) + " of " +
          flag_of(limit.kind);
  return text;
}

}  // namespace

Result<DifferenceLimit> parse_difference_limit(const std::string& flag, DifferenceKind kind, const std::string& text) {
  const auto sign = text.rfind('=');
  const std::string number = sign == std::string::npos ? text : text.substr(sign + 1);
  DifferenceLimit limit{kind, sign == std::string::npos ? "" : text.substr(0, sign), 0};
  const auto read = std::from_chars(number.data(), number.data() + number.size(), limit.value);
  const bool whole = read.ec == std::errc() && read.ptr == number.data() + number.size();
  if (!whole || !std::isfinite(limit.value) || limit.value < 0 || sign == 0)
    return invalid_argument(flag +
                            ": must be a share of the outputs' ranges, e.g. 0.05, or NAME=VALUE in that output's "
                            "unit, e.g. v=0.5, not '" +
                            text + "'");
  return limit;
}

Status check_known(const std::vector<DifferenceLimit>& limits, const Replay& replay) {
  std::vector<std::string> names;
  for (const OutputDifference& output : replay.outputs) names.push_back(output.name);
  for (const DifferenceLimit& limit : limits)
    if (!limit.output.empty() && std::ranges::find(names, limit.output) == names.end())
      return invalid_argument(std::string(flag_of(limit.kind)) + ": the networks share no output '" + limit.output +
                              "'; they share " + joined(names));
  return {};
}

std::vector<std::string> exceeded(const std::vector<DifferenceLimit>& limits, const Replay& replay,
                                  const std::function<std::string(std::int64_t)>& row_name) {
  std::vector<std::string> out;
  for (const DifferenceLimit& limit : limits)
    for (const OutputDifference& output : replay.outputs) {
      if (!is_about(limit, output)) continue;
      const double difference = limit.kind == DifferenceKind::kLargest ? output.largest : output.mean;
      const double most = limit.output.empty() ? limit.value * output.range : limit.value;
      if (difference > most) out.push_back(sentence(limit, output, difference, row_name));
    }
  return out;
}

}  // namespace pitlane::cli
