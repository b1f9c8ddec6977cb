// The loops of fake quantisation over plain memory: one pass each, where a step would else go through tens of megabytes
// once an operator. All give the same bits on every processor.
#pragma once

#include <cstddef>
#include <span>

#include "pitlane/network/activation_range.h"

namespace pitlane {

/// `seen` becomes `real` on the grid, clipped to its 256 levels. Both of one size.
void round_to_grid(std::span<const float> real, const ActivationQuantization& grid, std::span<float> seen);

/// `passed` becomes `gradient` where `real` is not clipped, else 0. All of one size.
void pass_unclipped(std::span<const float> real, const ActivationQuantization& grid, std::span<const float> gradient,
                    std::span<float> passed);

/// `seen` becomes `real` as int8 with that scale holds it. Both of one size.
void round_as_int8(std::span<const float> real, float scale, std::span<float> seen);

/// The scale that quantize_i8 gives weights of which this is the largest magnitude.
float int8_scale(float largest);

float largest_magnitude(std::span<const float> values);

/// The smallest and largest of `values`, and zero.
ActivationRange extent_of(std::span<const float> values);

}  // namespace pitlane
