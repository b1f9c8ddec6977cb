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
  bool flip = true;           ///< half of the samples mirrored; outputs that steer (is_steering) change sign
  double brightness = 0.25;   ///< factor drawn from 1 +- this, 0 = off; below 1
  bool extreme = false;       ///< DeepLearningStudio's repetition of rows with large |w|
  int shift_x_px = 0;         ///< picture moved sideways by up to this many of its pixels, edges repeated; 0 = off
  int shift_y_px = 0;         ///< and up or down
  double shift_steering = 0;  ///< added to outputs that steer, in their physical unit, per pixel moved right
};

/// Refuses a brightness outside 0..1, negative shifts and a shift's steering that is not finite.
Status validate(const AugmentationOptions& options);

/// Outputs that change sign when left and right change places: "w", "steering", "steer".
bool is_steering(std::string_view output);

/// Copies `sample`'s picture into `picture` and its labels into `labels`, varied. Thread-safe. The same `random`
/// gives the same bytes on every machine; switching one variation on or off leaves the others as they were.
/// Mirrored and moved labels are those of the changed physical value, clamped to the output's range.
void augment(const Dataset& dataset, std::int64_t sample, const AugmentationOptions& options, Random random,
             std::span<std::uint8_t> picture, std::span<float> labels);

/// Appends to the indices, as DeepLearningStudio does, 2/5/15/25/35/50 more copies of those with |w| of at least
/// 0.3/0.5/1/2/3/4 rad/s, behind all others. Without an output "w": unchanged.
std::vector<std::int64_t> repeat_extremes(const Dataset& dataset, std::vector<std::int64_t> indices);

}  // namespace pitlane
