// Structured pruning: whole channels and units go, and the network that is left is smaller and dense.
#pragma once

#include <string>
#include <vector>

#include "pitlane/core/result.h"
#include "pitlane/network/network.h"

namespace pitlane {

/// By node: the sentence why no channel of this layer may go, or "" where some may. Their readers must be layers,
/// behind nothing but operators that keep channels apart: normalisation, activation, pooling, padding, Flatten, Concat.
/// Always refused: what becomes an output or a state, layers in groups, layers that share their weights. Empty for
/// nodes without weights too.
std::vector<std::string> why_channels_must_stay(const Network& network);

/// `keep` by node: which output channels of a layer stay; empty where all do. Each keeps one at least, and nodes with a
/// reason to stay all.
Result<Network> without_channels(const Network& network, const std::vector<std::vector<bool>>& keep);

}  // namespace pitlane
