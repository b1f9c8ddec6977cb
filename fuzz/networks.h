// Networks for fuzz targets: small ones to start from, and what is done with one that an importer accepted.
#pragma once

#include <map>
#include <string>

#include "pitlane/network/network.h"

namespace pitlane::fuzz {

/// Between them they hold every operator, storage type and kind of input.
std::map<std::string, Network> small_networks();

/// Validates; where few enough numbers are computed, compiles at the slowest and the fastest level and runs some
/// frames.
void run_if_small(const Network& network);

}  // namespace pitlane::fuzz
