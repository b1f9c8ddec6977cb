// What bench/peers has to know of a network to feed it to others and to say how fast it could run.
#pragma once

#include <nlohmann/json.hpp>

#include "pitlane/network/network.h"

namespace pitlane::bench {

/// {"name", "preprocessing": {...}, "outputs": [{"name", "unit", "low", "high"}], "layers": [{"name", "macs",
/// "weights", "zeros"}], "storage": ["f32"]}; layers are those that multiply.
nlohmann::json describe_network(const Network& network);

/// Storage of the weights that are multiplied and how activations are rounded, e.g. "f32", "i8 static".
std::string describe_precision(const Network& network);

}  // namespace pitlane::bench
