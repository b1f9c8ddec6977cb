// What the store keeps of a study's cell: the drive, and where it was driven.
#pragma once

#include <string>
#include <string_view>

#include "pitlane/core/result.h"
#include "pitlane/measure/episode.h"

namespace pitlane {

/// Which machine and which code drove a cell. The drive does not depend on the machine, its times do: so this stands
/// with them, under "timing".
struct CellOrigin {
  std::string machine;  ///< "AMD EPYC 7B13, 2 cores, Linux x86_64"; empty where the store does not say
  std::string code;     ///< "0.1.0 3f2a91c4be07": version, and the first digits of the hash of all sources
  bool operator==(const CellOrigin&) const = default;
};

/// Of the program that runs.
std::string origin_code();

struct StoredCell {
  EpisodeResult episode;
  CellOrigin origin;
};

std::string to_json(const StoredCell& cell);
/// Errors name the place. Cells without an origin, and unknown members, are fine.
Result<StoredCell> cell_from_json(std::string_view text);

}  // namespace pitlane
