// Adam (Kingma and Ba, "Adam: A Method for Stochastic Optimization", ICLR 2015) and its learning rate.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace pitlane {

/// First and second moments of one parameter.
struct AdamMoments {
  std::vector<float> first, second;
};

struct AdamStep {
  double learning_rate = 1e-3;
  std::int64_t step = 1;  ///< from 1, for the correction of the moments' start at zero
};

/// One update with beta = (0.9, 0.999), epsilon = 1e-8. `keep` is empty, or 0 / 1 per element: where 0 the
/// gradient counts as zero, so that an element whose moments are zero keeps its value exactly. Each element depends on
/// itself alone, so `threads` never changes the result.
void adam_update(std::span<float> values, std::span<const float> gradient, AdamMoments& moments,
                 std::span<const std::uint8_t> keep, const AdamStep& step, int threads);

/// Cosine decay: base at step 0, towards zero at `total`.
double cosine_rate(double base, std::int64_t step, std::int64_t total);

}  // namespace pitlane
