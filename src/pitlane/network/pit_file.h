// The .pit file: a Network on disk. See docs/formats/pit.md.
#pragma once

#include <cstddef>
#include <filesystem>
#include <span>
#include <vector>

#include "pitlane/core/result.h"
#include "pitlane/network/network.h"

namespace pitlane {

/// Maps, verifies every offset and validates the network before returning it. Dense weights stay in the
/// map (no copy). Errors: not a .pit file, truncated, written by a newer version, any fault of validate().
Result<Network> load_pit(const std::filesystem::path& path);
Result<Network> parse_pit(const SharedBytes& bytes);

/// The same network gives the same bytes. Weights with enough zeros are stored as bit mask + packed values.
Result<std::vector<std::byte>> serialize_pit(const Network& network);
Status save_pit(const Network& network, const std::filesystem::path& path);

}  // namespace pitlane
