// The slow, obvious evaluation of a Network: what every kernel, exporter and training module is compared with.
#pragma once

#include <span>
#include <vector>

#include "pitlane/core/result.h"
#include "pitlane/network/network.h"

namespace pitlane {

/// Real-valued tensors of every value of the network, in double-accumulated f32, weights decoded, int8 rules
/// followed where weights are int8 (input quantised statically or dynamically, exact integer sums).
struct ReferenceResult {
  std::vector<std::vector<float>> values;  ///< by ValueId
};

/// `inputs`: one per Network::inputs, real values as the graph sees them (after scale and offset).
Result<ReferenceResult> run_reference(const Network& network, std::span<const std::vector<float>> inputs);

}  // namespace pitlane
