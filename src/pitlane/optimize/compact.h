// Tidying after an edit of the graph.
#pragma once

#include "pitlane/network/network.h"

namespace pitlane {

/// Drops values and weights that nothing names any more and renumbers the rest, keeping their order.
void compact(Network& network);

/// Makes `weight` a copy of its own if another node uses it too; returns the id to edit.
WeightId own_weight(Network& network, std::size_t node, WeightId weight);

}  // namespace pitlane
