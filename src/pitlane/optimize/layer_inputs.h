// What a layer's weights are multiplied with on training pictures.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "pitlane/core/progress.h"
#include "pitlane/core/result.h"
#include "pitlane/data/dataset.h"
#include "pitlane/network/network.h"

namespace pitlane {

/// Drawn evenly over pictures and, for a convolution, over the places where its window stands.
struct LayerInputs {
  std::size_t terms = 0;      ///< weights of one output channel, in their order
  std::size_t rows = 0;       ///< draws
  std::vector<float> values;  ///< {terms, rows}: all draws of the first term, then of the next
};

/// Of all nodes that use `weight`; they must be Dense, or Conv2d without groups. Takes 4 * terms * rows bytes, where
/// there are about as many rows as `samples` for a dense layer and at most `most_rows`. Errors: as of ActivationProbe.
Result<LayerInputs> layer_inputs(const Network& network, WeightId weight, const Dataset& dataset,
                                 std::span<const std::int64_t> samples, std::size_t most_rows,
                                 const ProgressFn& progress);

}  // namespace pitlane
