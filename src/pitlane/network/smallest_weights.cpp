#include "pitlane/network/smallest_weights.h"

#include <algorithm>
#include <cmath>
#include <vector>

namespace pitlane {

void zero_smallest(std::span<float> values, std::size_t count) {
  count = std::min(count, values.size());
  if (count == 0) return;
  std::vector<float> magnitudes(values.size());
  std::ranges::transform(values, magnitudes.begin(), [](float v) { return std::abs(v); });
  const auto nth = magnitudes.begin() + static_cast<std::ptrdiff_t>(count) - 1;
  std::ranges::nth_element(magnitudes, nth);
  const float threshold = *nth;
  auto ties = static_cast<std::ptrdiff_t>(count) -
              std::ranges::count_if(values, [threshold](float v) { return std::abs(v) < threshold; });
  for (float& v : values) {
    const float magnitude = std::abs(v);
    if (magnitude > threshold || (magnitude == threshold && ties == 0)) continue;
    if (magnitude == threshold) --ties;
    v = 0;
  }
}

std::size_t zeros_at(double share, std::size_t size) {
  return static_cast<std::size_t>(share * static_cast<double>(size));
}

double polynomial_share(double from, double to, std::int64_t step, std::int64_t steps) {
  if (step >= steps) return to;
  const double left = 1 - static_cast<double>(step) / static_cast<double>(steps);
  return to + (from - to) * left * left * left;
}

}  // namespace pitlane
