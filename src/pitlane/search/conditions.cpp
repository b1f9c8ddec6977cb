#include "pitlane/search/conditions.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "pitlane/search/recommend.h"
#include "pitlane/study/paired_laps.h"
#include "pitlane/study/quantity.h"

namespace pitlane {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

double relative_excess(double value, double limit) {
  if (!std::isfinite(value) || limit <= 0) return kInfinity;
  return value / limit - 1;
}

using Print = std::string (*)(double);

void check_limit(std::vector<Shortfall>& out, const char* what, double value, double limit, Print print) {
  if (value <= limit) return;  // Not a number fails.
  const double excess = relative_excess(value, limit);
  const std::string share = std::isfinite(excess) ? " (" + percent_text(excess) + ")" : "";
  const std::string by = std::isfinite(value) ? print(value - limit) + share + " above" : "not a number, so not below";
  out.push_back({"its " + std::string(what) + " of " + print(value) + " is " + by + " the limit of " + print(limit),
                 std::string(what) + " " + print(value), excess});
}

void not_judged(std::vector<Shortfall>& out, const std::string& limit, const std::string& why) {
  out.push_back({"the limit on " + limit + " cannot be checked because " + why, limit + " unknown", kInfinity});
}

void check_size_and_latency(std::vector<Shortfall>& out, const StrategyRow& row, const Constraints& limits) {
  if (limits.max_latency_ms) {
    if (row.latency_ms.runs == 0)
      not_judged(out, "latency", "it was not timed");
    else
      check_limit(out, "median latency", row.latency_ms.p50, *limits.max_latency_ms, milliseconds_text);
  }
  if (limits.max_size_bytes)
    check_limit(out, "file size", static_cast<double>(row.size_bytes), *limits.max_size_bytes, bytes_text);
}

void check_mse(std::vector<Shortfall>& out, const StrategyRow& row, const StrategyRow& baseline,
               const Constraints& limits) {
  if (!row.accuracy || !baseline.accuracy) {
    if (limits.max_mse_increase) not_judged(out, "MSE", "there are no offline numbers to compare");
    return;
  }
  const double limit = limits.max_mse_increase.value_or(kDefaultMseIncrease);
  const double increase = relative_mse(row, baseline);
  if (increase <= limit) return;
  const double excess = std::isfinite(increase) && limit > 0 ? increase / limit - 1 : kInfinity;
  const std::string above = std::isfinite(increase) ? percent_text(increase) + " above" : std::string("far above");
  out.push_back({"its MSE of " + significant_text(row.accuracy->mse, 3) + " is " + above + " the baseline's " +
                     significant_text(baseline.accuracy->mse, 3) + ", where " + percent_text(limit) + " is the limit",
                 "MSE " + signed_percent_text(increase), excess});
}

void check_laps(std::vector<Shortfall>& out, const StrategyRow& row, const StrategyRow& baseline) {
  const LapPairing laps = pair_laps(row, baseline);
  if (!row.laps.empty() && laps_completed(row) == 0 && laps.baseline_completed == 0) {
    // Nothing was lost, and yet this is no network to put on a robot.
    const std::string all = std::to_string(row.laps.size());
    out.push_back({"it completes none of its " + all + " laps, as little as the baseline", "completes no lap", 2});
    return;
  }
  if (laps.kept == laps.baseline_completed) return;
  const int lost = laps.baseline_completed - laps.kept;
  const std::string of = std::to_string(lost) + " of " + std::to_string(laps.baseline_completed);
  const std::string why = row.laps.empty() && !row.why_not_driven.empty() ? " (" + row.why_not_driven + ")" : "";
  // A lost lap weighs more than any number that is up to twice its limit.
  const double excess = 1 + static_cast<double>(lost) / laps.baseline_completed;
  out.push_back(
      {"it does not complete " + of + " laps that the baseline completes" + why, "loses " + of + " laps", excess});
}

void check_deviation(std::vector<Shortfall>& out, const StrategyRow& row, const Constraints& limits) {
  if (!limits.max_deviation_m) return;
  if (row.laps.empty())
    not_judged(out, "deviation", "it was not driven");
  else
    check_limit(out, "worst mean deviation", worst_mean_deviation_m(row), *limits.max_deviation_m, metres_text);
}

/// At each latency beside the baseline's there: delay can hide at one what is lost at the other.
void check_students_deviation(std::vector<Shortfall>& out, const StrategyRow& row, const StrategyRow& baseline) {
  const std::optional<PairedDeviation> worst = worst_paired(row.laps, baseline.laps);
  if (!worst || worst->more_m() <= kStudentDeviation_m) return;
  const double more = worst->more_m();
  out.push_back({"its worst mean deviation " + at_latency(worst->latency) + " of " + metres_text(worst->own_m) +
                     " is " + metres_text(more) + " above the baseline's " + metres_text(worst->baseline_m) +
                     ", where " + metres_text(kStudentDeviation_m) + " is the limit of a student",
                 "deviation +" + metres_text(more), relative_excess(more, kStudentDeviation_m)});
}

/// Where it was chosen it was driven more often than in the table.
void check_tuning_laps(std::vector<Shortfall>& out, const SearchedStudent& chosen, const Constraints& limits) {
  if (chosen.laps == 0) return;
  if (chosen.laps_lost > 0) {
    const std::string of = std::to_string(chosen.laps_lost) + " of " + std::to_string(chosen.laps);
    out.push_back({"on the circuits that chose it it loses " + of + " laps that the baseline completes",
                   "loses " + of + " laps on tuning circuits",
                   1 + static_cast<double>(chosen.laps_lost) / chosen.laps});
  }
  const double more = chosen.excess_m;
  if (limits.max_deviation_m || more <= kStudentDeviation_m) return;
  out.push_back({"its worst mean deviation on the circuits that chose it is, at one latency, " + metres_text(more) +
                     " above the baseline's, where " + metres_text(kStudentDeviation_m) + " is the limit of a student",
                 "deviation +" + metres_text(more) + " on tuning circuits",
                 relative_excess(more, kStudentDeviation_m)});
}

}  // namespace

LapPairing pair_laps(const StrategyRow& row, const StrategyRow& baseline) {
  const int completed = laps_completed(baseline);
  return {completed, completed - laps_lost(row.laps, baseline.laps)};
}

bool judged_by_driving(const StrategyRow& row, const StrategyRow& baseline, const Constraints& constraints) {
  return row.student && !constraints.max_mse_increase && laps_completed(row) > 0 && laps_completed(baseline) > 0;
}

std::vector<Shortfall> shortfalls(const StrategyRow& row, const StrategyRow& baseline, const Constraints& constraints,
                                  const SearchedStudent* chosen) {
  if (row.failure) return {{"it failed: " + *row.failure, "failed", kInfinity}};
  std::vector<Shortfall> out;
  check_size_and_latency(out, row, constraints);
  const bool by_driving = judged_by_driving(row, baseline, constraints);
  if (!by_driving) check_mse(out, row, baseline, constraints);
  check_laps(out, row, baseline);
  if (by_driving && !constraints.max_deviation_m) check_students_deviation(out, row, baseline);
  if (by_driving && chosen != nullptr) check_tuning_laps(out, *chosen, constraints);
  check_deviation(out, row, constraints);
  return out;
}

}  // namespace pitlane
