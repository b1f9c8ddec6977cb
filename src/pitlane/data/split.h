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

/// "auto": "session" where there are at least five, else "blocks:100:5", with shorter blocks below 500 rows.
/// "session": every fifth session validates; of two to four, the last one.
/// "blocks:ROWS:N": every N-th block of ROWS consecutive rows validates. Rows that are near the border of such a
/// block (a twentieth of ROWS, at least one) are left out of training: they show almost the same picture.
/// Samples of side cameras only train, and only where their centre row does. Errors: unknown method, one part empty.
Result<Split> split_dataset(const Dataset& dataset, const std::string& method = "auto");

}  // namespace pitlane
