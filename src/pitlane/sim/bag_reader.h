// The one door to librosbag: positions out of a bag.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "pitlane/core/result.h"
#include "pitlane/measure/world.h"

namespace pitlane {

struct BagPositions {
  std::string topic;
  std::vector<ReferenceLine::Point> points;  ///< in the order of the bag
};

/// See import_lap. At most a million messages are read.
Result<BagPositions> read_bag_positions(const std::filesystem::path& bag, const std::string& topic);

}  // namespace pitlane
