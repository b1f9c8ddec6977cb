#include "pitlane/optimize/accuracy_budget.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <limits>
#include <string_view>
#include <system_error>

#include "pitlane/core/joined.h"
#include "pitlane/core/printable.h"

namespace pitlane {
namespace {

constexpr const char* kExamples = "say e.g. 3%, v=3%,w=0.0004, mae:v=0.01 or track:10%";

Error budget_refusal(const std::string& part, const std::string& what) {
  return invalid_argument("--budget " + printable(part) + ": " + what);
}

std::string number_text(double value, const char* format = "%.12g") {
  char buffer[32];
  std::snprintf(buffer, sizeof buffer, format, value);
  return buffer;
}

bool take_prefix(std::string_view& text, std::string_view prefix) {
  if (!text.starts_with(prefix)) return false;
  text.remove_prefix(prefix.size());
  return true;
}

Result<BudgetLimit> parse_limit(const std::string& part) {
  BudgetLimit limit;
  std::string_view rest = part;
  if (take_prefix(rest, "track:"))
    limit.metric = ErrorMetric::kDeviation;
  else if (take_prefix(rest, "mae:"))
    limit.metric = ErrorMetric::kMae;
  else
    take_prefix(rest, "mse:");
  const bool track = limit.metric == ErrorMetric::kDeviation;
  if (const std::size_t equals = rest.rfind('='); equals != std::string_view::npos) {
    limit.output = rest.substr(0, equals);
    rest.remove_prefix(equals + 1);
    if (track) return budget_refusal(part, "the track has no outputs; say e.g. track:10% or track:0.15m");
    if (limit.output.empty()) return budget_refusal(part, std::string("no output stands before '='; ") + kExamples);
  }
  limit.relative = rest.ends_with('%');
  const bool metres = track && rest.ends_with('m');
  if (limit.relative || metres) rest.remove_suffix(1);
  const auto [end, code] = std::from_chars(rest.data(), rest.data() + rest.size(), limit.most);
  if (code != std::errc() || end != rest.data() + rest.size() || !std::isfinite(limit.most))
    return budget_refusal(part, std::string("is no limit; ") + kExamples);
  if (track && limit.most == 0 && !limit.relative)
    return budget_refusal(part, "no car stays on the line itself; say e.g. track:0.15m");
  if (!track && limit.most == 0)
    return budget_refusal(
        part,
        "every strategy moves the answers a little, so zero is held by chance alone; allow some, e.g. 1%, or "
        "keep the network in floats");
  if (limit.most < 0) return budget_refusal(part, std::string("must be above zero; ") + kExamples);
  if (track && !limit.relative && !metres)
    return budget_refusal(part, "is a distance from the line, or a share of the baseline's? Say " +
                                    number_text(limit.most) + "m or " + number_text(limit.most) + "%");
  if (!track && !limit.relative && limit.most >= 1)
    return budget_refusal(part, "errors of outputs that lie within 0 to 1 are below 1; a share of the baseline's is " +
                                    number_text(limit.most) + "%");
  if (limit.relative) limit.most /= 100;
  return limit;
}

std::string target_text(const BudgetLimit& limit) {
  if (limit.metric == ErrorMetric::kDeviation) return "the track";
  return std::string("the ") + to_string(limit.metric) + " of " +
         (limit.output.empty() ? "all outputs" : "'" + printable(limit.output) + "'");
}

bool same_target(const BudgetLimit& a, const BudgetLimit& b) { return a.output == b.output && a.metric == b.metric; }

/// "0.0123 (+5.2 %)".
std::string beside(double value, double baseline) {
  std::string text = number_text(value, "%.4g");
  if (baseline > 0) text += " (" + number_text(100 * (value / baseline - 1), "%+.3g") + " %)";
  return text;
}

}  // namespace

const char* to_string(ErrorMetric metric) {
  switch (metric) {
    case ErrorMetric::kMse:
      return "MSE";
    case ErrorMetric::kMae:
      return "MAE";
    case ErrorMetric::kDeviation:
      return "mean deviation";
  }
  return "?";
}

double value_of(const OutputError& error, ErrorMetric metric) {
  PITLANE_CHECK(metric != ErrorMetric::kDeviation);
  return metric == ErrorMetric::kMse ? error.mse : error.mae;
}

Result<AccuracyBudget> parse_accuracy_budget(const std::string& text) {
  std::string plain = text;
  std::erase(plain, ' ');
  if (plain.empty()) return invalid_argument(std::string("--budget: is empty; ") + kExamples);
  AccuracyBudget budget;
  for (std::size_t begin = 0; begin <= plain.size();) {
    const std::size_t end = std::min(plain.find(',', begin), plain.size());
    PITLANE_TRY(const BudgetLimit limit, parse_limit(plain.substr(begin, end - begin)));
    if (std::ranges::any_of(budget, [&](const BudgetLimit& other) { return same_target(limit, other); }))
      return budget_refusal(plain, "limits " + target_text(limit) + " twice; leave one out");
    budget.push_back(limit);
    begin = end + 1;
  }
  return budget;
}

std::string to_string(const AccuracyBudget& budget) {
  std::string all;
  for (const BudgetLimit& limit : budget) {
    const bool track = limit.metric == ErrorMetric::kDeviation;
    all += (all.empty() ? "" : ",") + std::string(track ? "track:" : limit.metric == ErrorMetric::kMae ? "mae:" : "");
    if (!limit.output.empty()) all += limit.output + "=";
    all += limit.relative ? number_text(100 * limit.most) + "%" : number_text(limit.most) + (track ? "m" : "");
  }
  return all;
}

std::optional<BudgetLimit> track_limit(const AccuracyBudget& budget) {
  const auto found = std::ranges::find(budget, ErrorMetric::kDeviation, &BudgetLimit::metric);
  return found == budget.end() ? std::nullopt : std::optional(*found);
}

Status check_outputs(const AccuracyBudget& budget, const std::vector<std::string>& outputs) {
  for (const BudgetLimit& limit : budget) {
    if (limit.output.empty() || std::ranges::find(outputs, limit.output) != outputs.end()) continue;
    return budget_refusal(to_string(AccuracyBudget{limit}), "there is no output '" + printable(limit.output) +
                                                                "'; there is " + printable(joined(outputs)));
  }
  return {};
}

Result<std::vector<ErrorLimit>> error_limits(const AccuracyBudget& budget, const std::vector<OutputError>& baseline) {
  std::vector<std::string> outputs;
  for (const OutputError& error : baseline) outputs.push_back(error.output);
  PITLANE_TRY_STATUS(check_outputs(budget, outputs));
  std::vector<ErrorLimit> limits;
  for (std::size_t k = 0; k < outputs.size(); ++k)
    for (const BudgetLimit& limit : budget) {
      if (limit.metric == ErrorMetric::kDeviation) continue;
      const bool own = std::ranges::any_of(
          budget, [&](const BudgetLimit& other) { return other.output == outputs[k] && other.metric == limit.metric; });
      if (own ? limit.output != outputs[k] : !limit.output.empty()) continue;
      const double now = value_of(baseline[k], limit.metric);
      limits.push_back({k, limit.metric, limit.relative ? now * (1 + limit.most) : limit.most, now, limit.relative});
    }
  return limits;
}

std::vector<std::string> loose_limits(const std::vector<ErrorLimit>& limits, const std::vector<OutputError>& baseline) {
  constexpr double kLoose = 2;
  std::vector<std::string> all;
  for (const ErrorLimit& limit : limits)
    if (!limit.relative && limit.most > kLoose * limit.baseline)
      all.push_back("The budget lets " + printable(baseline[limit.output].output) + "'s " + to_string(limit.metric) +
                    " rise to " + number_text(limit.most) + ", where the network itself has " +
                    number_text(limit.baseline, "%.3g") + "; a share of that is written with a percent sign, e.g. 3%.");
  return all;
}

Strain strain(const std::vector<ErrorLimit>& limits, const std::vector<OutputError>& errors) {
  Strain most{0, 0};
  for (std::size_t i = 0; i < limits.size(); ++i) {
    const double error = value_of(errors[limits[i].output], limits[i].metric);
    double share = error == 0 ? 0 : error / limits[i].most;
    if (std::isnan(share)) share = std::numeric_limits<double>::infinity();
    if (share > most.share) most = {share, i};
  }
  return most;
}

std::string overrun_text(const ErrorLimit& limit, const std::vector<OutputError>& errors) {
  const OutputError& error = errors[limit.output];
  return printable(error.output) + "'s " + to_string(limit.metric) + " is " +
         beside(value_of(error, limit.metric), limit.baseline) + ", allowed is " + beside(limit.most, limit.baseline);
}

}  // namespace pitlane
