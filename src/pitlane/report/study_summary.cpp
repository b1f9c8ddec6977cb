#include "pitlane/report/study_summary.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <tuple>

#include "pitlane/report/study_text.h"
#include "pitlane/study/quantity.h"

namespace pitlane {
namespace {

constexpr double kSignificant = 0.05;
enum Figure : std::size_t { kCompletion, kDeviation };  // places in kStudyFigures

int driven(const StudyTotal& total) { return total.cells - total.missing; }

// "38 of 48 drives", of those that are there
std::string of_drives(int count, const StudyTotal& total) {
  return std::to_string(count) + " of " + std::to_string(driven(total)) + (driven(total) == 1 ? " drive" : " drives");
}

// Smaller is better.
auto rank_of(const StudyTotal& total) {
  const MeanEstimate& deviation = total.figures[kDeviation].estimate;
  return std::tuple(-total.figures[kCompletion].estimate.mean,
                    deviation.values > 0 ? deviation.mean : std::numeric_limits<double>::infinity(), total.driver);
}

std::vector<StudyTotal> ranked(std::vector<StudyTotal> totals) {
  std::sort(totals.begin(), totals.end(), [](const auto& a, const auto& b) { return rank_of(a) < rank_of(b); });
  return totals;
}

// "0.012 m smaller over 38 pairs (p 0.031)"
std::string deviation_difference(const StudyFigure& figure) {
  return fixed_text(std::abs(figure.mean_difference), 3) + " m " + (figure.mean_difference < 0 ? "smaller" : "larger") +
         " over " + std::to_string(figure.pairs) + (figure.pairs == 1 ? " pair (" : " pairs (") +
         p_value_text(figure.p_value) + ")";
}

std::string completion_difference(const StudyFigure& figure) {
  return fixed_text(100 * std::abs(figure.mean_difference), 1) + " percentage points " +
         (figure.mean_difference < 0 ? "less" : "more") + " (" + p_value_text(figure.p_value) + ")";
}

// How a driver compares with the first one.
std::string comparison(const StudyResult& result, const StudyTotal& total) {
  const StudyFigure& completion = total.figures[kCompletion];
  const StudyFigure& deviation = total.figures[kDeviation];
  std::string out = "Beside " + driver_label(result.grid, 0) + " on the same drives, " +
                    driver_label(result.grid, total.driver) + " ";
  bool told = false;
  if (completion.mean_difference != 0) {
    out += "completed " + completion_difference(completion);
    told = completion.p_value < kSignificant;
  } else {
    out += "completed as many";
  }
  if (deviation.pairs > 0) {
    out += "; where both completed, its mean deviation is " + deviation_difference(deviation);
    told = told || deviation.p_value < kSignificant;
  }
  return out + (told ? "." : ". These drives do not tell the two apart: no p-value is below 0.05.");
}

std::string best_sentence(const StudyResult& result, const StudyTotal& best) {
  const MeanEstimate& deviation = best.figures[kDeviation].estimate;
  return driver_label(result.grid, best.driver) + " completed " + of_drives(best.completed, best) + " (share " +
         figure_text(best.figures[kCompletion], kStudyDecimals[kCompletion], true) + ") with a mean deviation of " +
         fixed_text(deviation.mean, 3) + " m " + interval_text(deviation, kStudyDecimals[kDeviation]) +
         "; in brackets 95 % intervals. Best means the largest share completed, then the smallest deviation.";
}

// The best that is a network, where a driver without one is better still.
std::string network_sentence(const StudyResult& result, const std::vector<StudyTotal>& order) {
  if (!result.grid.drivers[order.front().driver].file.empty()) return "";
  for (const StudyTotal& total : order)
    if (!result.grid.drivers[total.driver].file.empty() && total.completed > 0)
      return "Of the networks it is " + driver_label(result.grid, total.driver) + ": " +
             of_drives(total.completed, total) + ", mean deviation " +
             figure_text(total.figures[kDeviation], kStudyDecimals[kDeviation], true) + " m.";
  return "";
}

std::string incomplete_sentence(const StudyResult& result, const StudyTotal& total) {
  std::map<std::string, int> ends;
  for (std::size_t i = 0; i < result.cells.size(); ++i)
    if (result.cells[i].driver == total.driver && result.outcomes[i].episode && !result.outcomes[i].episode->completed)
      ++ends[to_string(result.outcomes[i].episode->end)];
  if (ends.empty()) return "";
  std::string out = driver_label(result.grid, total.driver) + " did not complete ";
  int sum = 0;
  std::string parts;
  for (const auto& [end, count] : ends) {
    sum += count;
    parts += (parts.empty() ? "" : ", ") + std::to_string(count) + " " + end;
  }
  return out + of_drives(sum, total) + ": " + parts + ".";
}

std::string undriven_sentence(const StudyResult& result) {
  int failed = 0;
  std::string first;
  for (std::size_t i = 0; i < result.cells.size(); ++i)
    if (!result.outcomes[i].failure.empty() && failed++ == 0)
      first = describe(result.grid, result.cells[i]) + ": " + result.outcomes[i].failure;
  if (failed == 0) return "";
  return std::to_string(failed) + (failed == 1 ? " drive" : " drives") + " could not be made (" + first +
         "); they count as not completed.";
}

}  // namespace

std::optional<std::size_t> best_driver(const std::vector<StudyTotal>& totals) {
  const std::vector<StudyTotal> order = ranked(totals);
  if (order.empty() || order.front().completed == 0) return std::nullopt;
  return order.front().driver;
}

std::vector<std::string> study_summary(const StudyResult& result, const std::vector<StudyTotal>& totals) {
  const std::vector<StudyTotal> order = ranked(totals);
  std::vector<std::string> out;
  if (order.empty() || order.front().completed == 0) {
    out.emplace_back("No drive was completed.");
  } else {
    out.push_back(best_sentence(result, order.front()));
    // The first driver has no p-value of its own: then the one that comes next is compared with it.
    const StudyTotal* rival = order.front().driver != 0 ? &order.front() : order.size() > 1 ? &order[1] : nullptr;
    if (rival && rival->figures[kCompletion].pairs > 0) out.push_back(comparison(result, *rival));
    out.push_back(network_sentence(result, order));
  }
  out.push_back(latency_sentence(result));
  for (const StudyTotal& total : totals) out.push_back(incomplete_sentence(result, total));
  out.push_back(undriven_sentence(result));
  int missing = 0;
  for (const StudyTotal& total : totals) missing += total.missing;
  if (missing > 0)
    out.push_back(std::to_string(missing) + (missing == 1 ? " drive is" : " drives are") +
                  " not there yet and count nowhere.");
  out.erase(std::remove(out.begin(), out.end(), std::string()), out.end());
  return out;
}

}  // namespace pitlane
