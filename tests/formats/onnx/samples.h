// Networks of our own for the tests of ONNX: small, odd sizes, every operator.
#pragma once

#include <string>
#include <vector>

#include "pitlane/core/result.h"
#include "pitlane/network/network.h"

namespace pitlane {

/// "pilotnet-torch", "pilotnet-tf" (families); "every-op"; "states"; "static-int8", "dynamic-int8" (of a small network
/// with conv, padding, dense); "residual-int8", where an int8 layer and an Add read one value on a grid; "half".
Result<Network> sample_network(const std::string& name);
std::vector<std::string> sample_names();

}  // namespace pitlane
