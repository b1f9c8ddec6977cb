// Parts of a network in words, a line each: what `inspect` prints.
#pragma once

#include <string>

#include "pitlane/network/network.h"

namespace pitlane {

/// "from a 640x480 frame, crop ...", "measured speed in m/s * 0.1, numbers 0, 3 observations old", ...
std::string describe_input(const Network& network, const InputSpec& input);

/// What a layer does beside its kind and its sizes: "5x5, stride 2, padding 2 2 2 2 (top left bottom right), relu".
/// A layer that reads several values names them.
std::string describe_layer(const Network& network, const Node& node);

}  // namespace pitlane
