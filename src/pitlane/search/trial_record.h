// A trial as the store keeps it, and all of them as a table.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "pitlane/core/result.h"
#include "pitlane/search/halving.h"

namespace pitlane {

/// Every number bit for bit, the failure last.
std::string to_record(const Trial& trial);
/// Errors: not such a text.
Result<Trial> trial_from_record(std::string_view text);

/// RFC 4180: one line a trial. The same trials give the same bytes.
std::string trials_csv(const std::vector<RungTrial>& trials);

}  // namespace pitlane
