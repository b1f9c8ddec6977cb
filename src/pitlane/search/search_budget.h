// How long a search may look: a time or a number of trials.
#pragma once

#include <string>

#include "pitlane/core/result.h"

namespace pitlane {

struct SearchBudget {
  double seconds = 0;  ///< 0: no limit on time
  int trials = 0;      ///< candidates that are tried at all; 0: no limit on their number
};

/// "60min", "90s", "1.5h", or a number of trials: "20". Errors: nothing of that, zero, more than 30 days or 100,000.
Result<SearchBudget> parse_budget(const std::string& text);

}  // namespace pitlane
