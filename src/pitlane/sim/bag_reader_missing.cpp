// Without librosbag: says so.
#include "pitlane/sim/bag_reader.h"

namespace pitlane {

Result<BagPositions> read_bag_positions(const std::filesystem::path& bag, const std::string& /*topic*/) {
  return unsupported(bag.string() + ": this program was built without librosbag-storage-dev and cannot read bags; " +
                     "install it and build again");
}

}  // namespace pitlane
