// k-means on a line.
#pragma once

#include <cstddef>
#include <vector>

namespace pitlane {

/// At most `count` centres (at least 1) in ascending order, none of them zero: Lloyd's iterations from centres evenly
/// spread over the range of `values`, until they stand still, 300 at most. A centre that nobody is nearest to begins
/// anew where the error is largest. Fewer where there are fewer different values. Without values no centres.
std::vector<float> k_means(std::vector<float> values, std::size_t count);

/// Of two equally far the lower. `centres` is not empty.
float nearest(const std::vector<float>& centres, float value);

/// Of the two centres around `value` that which is nearer to `wished`; beyond all of them the outermost one.
float neighbour(const std::vector<float>& centres, float value, float wished);

}  // namespace pitlane
