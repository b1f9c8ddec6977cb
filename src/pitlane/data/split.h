// Training and validation parts that do not leak: neighbouring frames are never on both sides.
#pragma once

#include <string>
#include <vector>

#include "pitlane/core/result.h"
#include "pitlane/data/dataset.h"

namespace pitlane {

struct Split {
  std::vector<std::int64_t> train;       ///< sample indices
  std::vector<std::int64_t> validation;  ///< centre camera only
  std::string description;               ///< for reports
};

/// "auto": by session where there are at least five, else "blocks:100:5".
/// "session": every fifth session validates. "blocks:ROWS:N": every N-th block of ROWS consecutive rows validates.
Result<Split> split_dataset(const Dataset& dataset, const std::string& method = "auto");

}  // namespace pitlane
