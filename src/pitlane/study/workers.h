// Many pieces of work that do not depend on each other, several at a time.
#pragma once

#include <cstddef>
#include <functional>

#include "pitlane/core/progress.h"
#include "pitlane/core/result.h"

namespace pitlane {

/// Calls `work(i, go_on)` for i = 0 .. count - 1, begun in this order, on up to `threads` threads (0: one a core; fewer
/// where the system gives no more). `work` asks `go_on` now and then, and ends with interrupted() where it says no.
/// `tell(done, i)` is called after each piece and whenever one asks, one call at a time; false stops all.
/// Errors: the first of any piece; the pieces that run then are asked to stop, and no other is begun. What `work` or
/// `tell` throws is thrown by run_workers(), after the others have stopped.
Status run_workers(std::size_t count, unsigned threads,
                   const std::function<Status(std::size_t, const ProgressFn&)>& work,
                   const std::function<bool(std::size_t, std::size_t)>& tell);

}  // namespace pitlane
