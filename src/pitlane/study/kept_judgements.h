// What was judged once on the way to a budget is not judged again: a search that was stopped goes on where it was.
#pragma once

#include <string>

#include "pitlane/optimize/accuracy_control.h"
#include "pitlane/study/store.h"

namespace pitlane {

/// As `judge`, but what is known of a network under these conditions comes from the store. `conditions` names all that
/// the verdict depends on beside the network: code, data, split. A verdict that cannot be read is made again, with a
/// warning; failures are not kept. The store must outlive the function. One thread, as the store. Errors: those of
/// `judge`, and of the store.
JudgeFn kept_judgements(JudgeFn judge, Store& store, const std::string& conditions);

/// As above: `conditions` names courses, latencies, limit and the laps that they are measured by too.
TrackFn kept_judgements(TrackFn track, Store& store, const std::string& conditions);

}  // namespace pitlane
