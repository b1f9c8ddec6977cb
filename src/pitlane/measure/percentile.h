// Percentiles, by one definition everywhere.
#pragma once

#include <span>

namespace pitlane {

/// sorted[floor(n p)], the last where that is beyond it (MLPerf LoadGen). `sorted` ascends and is not empty; 0 <= p
/// <= 1.
double percentile(std::span<const double> sorted, double p);

}  // namespace pitlane
