// Weights as int8 with a choice of scales, and the steps that training sees (train/torch_model.h) in the same words.
#pragma once

#include <cstdint>

#include "pitlane/network/weight.h"

namespace pitlane {

/// Which weights of a layer share a scale.
enum class I8Scales : std::uint8_t {
  kPerChannel,  ///< those of one output: the smallest rounding
  kOne,         ///< all: weights that are equal stay equal, so that a codebook survives
};

/// As quantize_i8(weight), which is kPerChannel; with kOne all scales are that of the largest magnitude in the layer.
Weight quantize_i8(const Weight& weight, I8Scales scales);

}  // namespace pitlane
