// Tidying after an edit of the graph.
#pragma once

#include <cstddef>
#include <vector>

#include "pitlane/network/network.h"

namespace pitlane {

/// Drops values and weights that nothing names any more and renumbers the rest, keeping their order.
void compact(Network& network);

/// Whether anybody names `weight` but these nodes, each once.
bool named_elsewhere(const Network& network, WeightId weight, const std::vector<std::size_t>& nodes);

}  // namespace pitlane
