// How long work tells how far it is and learns that it should stop.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <utility>

#include "pitlane/core/result.h"

namespace pitlane {

struct Progress {
  std::string
      stage;  ///< what is being done, e.g. "train"; the same for as long as done and total count the same things
  std::int64_t done = 0;   ///< units finished
  std::int64_t total = 0;  ///< units in all, 0 if unknown
  std::string detail;      ///< e.g. "loss 0.0123", may be empty
};

/// Called from the working thread, often; must be cheap. Returning false asks the work to stop at the
/// next safe point, and the work then ends with ErrorKind::kInterrupted.
using ProgressFn = std::function<bool(const Progress&)>;

/// Calls `progress` where there is one; true means "go on".
inline bool report(const ProgressFn& progress, const Progress& state) { return !progress || progress(state); }

inline Error interrupted() { return {ErrorKind::kInterrupted, "interrupted"}; }

}  // namespace pitlane
