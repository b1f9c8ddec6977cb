// What a network's graph sees of an input that a session was given.
#pragma once

#include <vector>

#include "pitlane/engine/session.h"
#include "pitlane/network/network.h"

namespace pitlane {

/// Camera bytes scaled and shifted by the preprocessing, speeds in m/s times InputSpec::scale, other numbers as they
/// are.
std::vector<float> graph_input(const InputSpec& input, const TensorView& given);

}  // namespace pitlane
