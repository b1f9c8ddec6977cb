// A circuit as people look at it: the map from above with what the car sees at the start.
#pragma once

#include <cstddef>
#include <vector>

#include "pitlane/core/result.h"
#include "pitlane/sim/circuit.h"

namespace pitlane {

/// A PNG `width` pixels wide (300..4000): road, line, start with its direction, a scale in metres; below it the
/// camera's picture from the start, forwards. Errors: a width outside the range.
Result<std::vector<std::byte>> circuit_picture(const Circuit& circuit, int width);

}  // namespace pitlane
