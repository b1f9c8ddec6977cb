// How far a network's answers may get from the labels, and its car from the line: limits on the errors of its outputs
// and on its laps.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "pitlane/core/result.h"

namespace pitlane {

/// kDeviation is of the track, not of an output: the largest mean distance from the line, in metres, of any lap that
/// the baseline completes; one that is not completed breaks every limit.
enum class ErrorMetric : std::uint8_t { kMse, kMae, kDeviation };
const char* to_string(ErrorMetric metric);

/// Of one output on validation data, normalised units.
struct OutputError {
  std::string output;
  double mse = 0, mae = 0;
};
/// `metric` is of outputs.
double value_of(const OutputError& error, ErrorMetric metric);

struct BudgetLimit {
  std::string output;  ///< empty: every output that has no limit of its own of this metric, or the track
  ErrorMetric metric = ErrorMetric::kMse;
  double most = 0;        ///< above zero; on the track, relative, zero too: no farther from the line
  bool relative = false;  ///< 0.03 = at most 3 % above the baseline's; else normalised units, on the track metres
};
using AccuracyBudget = std::vector<BudgetLimit>;

/// Limits separated by commas, each [mse:|mae:][OUTPUT=]NUMBER[%] or track:NUMBER(%|m): "3%", "v=3%,w=0.0004",
/// "mae:v=0.01", "3%,track:10%". Blanks do not count. Errors, each with what may be said instead: nothing of that, zero
/// or less, the same output twice.
Result<AccuracyBudget> parse_accuracy_budget(const std::string& text);
/// Canonical: same text, same budget.
std::string to_string(const AccuracyBudget& budget);

/// The limit on the track, if there is one.
std::optional<BudgetLimit> track_limit(const AccuracyBudget& budget);

/// Error: a limit on an output that is not among these, which the message names.
Status check_outputs(const AccuracyBudget& budget, const std::vector<std::string>& outputs);

/// A limit in numbers, for one output.
struct ErrorLimit {
  std::size_t output = 0;  ///< index into what was judged
  ErrorMetric metric = ErrorMetric::kMse;
  double most = 0;
  double baseline = 0;    ///< the baseline's own error
  bool relative = false;  ///< it was given as a share of that
};
/// `baseline` by output; of the track none. Error: as check_outputs.
Result<std::vector<ErrorLimit>> error_limits(const AccuracyBudget& budget, const std::vector<OutputError>& baseline);

/// A sentence for each limit in units that lies more than twice as high as the baseline's own
/// error: often a share was meant.
std::vector<std::string> loose_limits(const std::vector<ErrorLimit>& limits, const std::vector<OutputError>& baseline);

/// The limit that these errors strain most.
struct Strain {
  double share = 0;  ///< error / limit: held up to 1; infinite where the error is no number
  std::size_t limit = 0;
};
/// Without limits 0.
Strain strain(const std::vector<ErrorLimit>& limits, const std::vector<OutputError>& errors);

/// "w's MSE is 0.0123 (+5.2 %), allowed is 0.0121 (+3 %)".
std::string overrun_text(const ErrorLimit& limit, const std::vector<OutputError>& errors);

}  // namespace pitlane
