// "0.05" or "v=0.5": how far apart two networks may be.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "pitlane/core/result.h"
#include "pitlane/measure/replay.h"

namespace pitlane::cli {

enum class DifferenceKind { kLargest, kMean };

struct DifferenceLimit {
  DifferenceKind kind = DifferenceKind::kLargest;
  std::string output;  ///< empty: each of them, and `value` is a share of its range; else `value` is in its unit
  double value = 0;
};

/// Errors name `flag` and say how to write one.
Result<DifferenceLimit> parse_difference_limit(const std::string& flag, DifferenceKind kind, const std::string& text);

/// Errors: an output that the networks do not share; names those that there are.
Status check_known(const std::vector<DifferenceLimit>& limits, const Replay& replay);

/// A sentence for each output and limit that does not hold; `row_name` as in ReplayReport.
std::vector<std::string> exceeded(const std::vector<DifferenceLimit>& limits, const Replay& replay,
                                  const std::function<std::string(std::int64_t)>& row_name);

}  // namespace pitlane::cli
