// Which networks of a run are worth a choice.
#pragma once

#include <cstddef>
#include <vector>

#include "pitlane/study/tune_result.h"

namespace pitlane {

/// Whether it does not complete a lap that the baseline, on the same laps, does.
bool loses_laps(const StrategyRow& row, const StrategyRow& baseline);

/// Indices of `result.rows`, fastest first: those that no other beats in median latency, file size and MSE, that is to
/// say is at least as good in all three and better in one. Who failed, was not timed or not judged on data, or loses
/// laps neither stands here nor beats others.
std::vector<std::size_t> pareto_front(const TuneResult& result);

}  // namespace pitlane
