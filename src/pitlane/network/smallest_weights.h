// Magnitude pruning of one tensor, and how its share may rise while a network is trained.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace pitlane {

/// Sets the `count` smallest magnitudes to zero; of equal ones the first go. Those that are zero already count.
void zero_smallest(std::span<float> values, std::size_t count);

/// floor(share * size), the number of zeros that a share of them asks for.
std::size_t zeros_at(double share, std::size_t size);

/// s = to + (from - to) (1 - step / steps)^3, `to` from `steps` on (Zhu and Gupta, "To prune, or not to prune:
/// exploring the efficacy of pruning for model compression", 2017).
double polynomial_share(double from, double to, std::int64_t step, std::int64_t steps);

}  // namespace pitlane
