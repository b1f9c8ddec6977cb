// Variations of a training sample, drawn with a seed.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "pitlane/core/random.h"
#include "pitlane/data/dataset.h"

namespace pitlane {

struct AugmentationOptions {
  bool flip = true;  ///< half of the samples mirrored; outputs that steer ("w", "steering", "steer") change sign
  double brightness = 0.25;  ///< factor drawn from 1 +- this, 0 = off
  bool extreme = false;      ///< DeepLearningStudio's repetition of rows with large |w|
};

/// Copies `sample`'s picture into `picture` and its labels into `labels`, varied. Thread-safe.
void augment(const Dataset& dataset, std::int64_t sample, const AugmentationOptions& options, Random random,
             std::span<std::uint8_t> picture, std::span<float> labels);

/// Indices with rows repeated 2/5/15/25/35/50 times for |w| above 0.3/0.5/1/2/3/4 rad/s. Without an output "w":
/// unchanged.
std::vector<std::int64_t> repeat_extremes(const Dataset& dataset, std::vector<std::int64_t> indices);

}  // namespace pitlane
