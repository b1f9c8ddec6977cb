// Who reads a value of the graph.
#pragma once

#include <cstddef>
#include <optional>

#include "pitlane/network/network.h"

namespace pitlane {

/// The only node that reads `value`, if there is just one and the value is no output and no state's next one.
std::optional<std::size_t> only_reader(const Network& network, ValueId value);

}  // namespace pitlane
