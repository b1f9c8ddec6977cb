#include "pitlane/measure/percentile.h"

#include <algorithm>
#include <cstddef>

#include "pitlane/core/result.h"

namespace pitlane {

double percentile(std::span<const double> sorted, double p) {
  PITLANE_CHECK(!sorted.empty() && p >= 0 && p <= 1);
  const auto at = static_cast<std::size_t>(static_cast<double>(sorted.size()) * p);
  return sorted[std::min(at, sorted.size() - 1)];
}

}  // namespace pitlane
