// Kernels of convolutions in our order.
#pragma once

#include <cstdint>
#include <vector>

#include "pitlane/core/result.h"
#include "pitlane/formats/keras/layer.h"
#include "pitlane/formats/keras/window.h"

namespace pitlane::keras {

struct Channels {
  std::int64_t in, out;  ///< `out`: of a depthwise kernel, per channel
};

/// Keras' {KH, KW, in, out} as {out, KH, KW, in}; holes of a dilation are written out as zeros.
Result<WeightId> kernel_weight(Layer& layer, std::size_t index, const char* role, const Window& window,
                               Channels channels);
/// Keras' {KH, KW, in, multiplier} as {in * multiplier, KH, KW, 1}.
Result<WeightId> depthwise_weight(Layer& layer, std::size_t index, const Window& window, Channels channels);

}  // namespace pitlane::keras
