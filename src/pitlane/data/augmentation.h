// Variations of a training sample, drawn with a seed.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "pitlane/core/random.h"
#include "pitlane/core/result.h"
#include "pitlane/data/dataset.h"

namespace pitlane {

struct AugmentationOptions {
  bool flip = true;          ///< half of the samples mirrored; outputs that steer (is_steering) change sign
  double brightness = 0.25;  ///< factor drawn from 1 +- this, 0 = off; below 1
  bool extreme = false;      ///< DeepLearningStudio's repetition of rows with large |w|
};

/// Refuses a brightness outside 0..1.
Status validate(const AugmentationOptions& options);

/// Outputs that change sign when left and right change places: "w", "steering", "steer".
bool is_steering(std::string_view output);

/// Copies `sample`'s picture into `picture` and its labels into `labels`, varied. Thread-safe. The same `random`
/// gives the same bytes on every machine; whether it flips does not depend on `brightness`, nor the other way round.
/// Mirrored labels are those of the mirrored physical value, clamped to the output's range.
void augment(const Dataset& dataset, std::int64_t sample, const AugmentationOptions& options, Random random,
             std::span<std::uint8_t> picture, std::span<float> labels);

/// Appends to the indices, as DeepLearningStudio does, 2/5/15/25/35/50 more copies of those with |w| of at least
/// 0.3/0.5/1/2/3/4 rad/s, behind all others. Without an output "w": unchanged.
std::vector<std::int64_t> repeat_extremes(const Dataset& dataset, std::vector<std::int64_t> indices);

}  // namespace pitlane
