#include "pitlane/sim/lap_import.h"

#include <utility>

#include "pitlane/sim/bag_reader.h"
#include "pitlane/sim/lap_smoothing.h"
#include "pitlane/sim/number_text.h"

namespace pitlane {

Result<ImportedLap> import_lap(const std::filesystem::path& bag, const std::string& name, const std::string& topic) {
  PITLANE_TRY(BagPositions positions, read_bag_positions(bag, topic));
  ImportedLap lap;
  lap.positions = static_cast<std::int64_t>(positions.points.size());
  lap.topic = positions.topic;
  auto smooth = smooth_lap(positions.points);
  if (!smooth) return smooth.error().in(bag.string());
  lap.raw_length_m = smooth->raw_length_m;
  lap.definition.name = name;
  lap.definition.description = "from the odometry in " + bag.filename().string() + "; recorded positions " +
                               number_text(smooth->raw_length_m, 5) + " m, in steps of " +
                               number_text(smooth->grid_m, 3) + " m";
  lap.definition.reference = std::move(smooth->points);
  // A recorded lap may cross itself, on a bridge perhaps; it was driven all the same. How wide its road is, the caller
  // knows: a narrow one leaves the faults of the lap alone.
  CircuitDefinition narrow = lap.definition;
  narrow.road_width_m = 1;
  auto checked = Circuit::create(narrow);
  if (!checked) {
    narrow.crossings = lap.definition.crossings = true;
    checked = Circuit::create(narrow);
  }
  if (!checked) return checked.error().in(bag.string());
  lap.length_m = checked->length_m();
  return lap;
}

}  // namespace pitlane
