#include "pitlane/sim/wall_finder_wide.h"

#ifdef PITLANE_WIDE_FIELD
#include "pitlane/sim/avx2_lanes.h"
// The lanes come first: what follows is written with them.
#include "pitlane/sim/wall_finder_wide_body.h"
#endif

namespace pitlane {

#ifdef PITLANE_WIDE_FIELD

void find_walls_avx2(const WideField& field, const WideWalls& walls) { find_walls_in_lanes(field, walls); }

#else

void find_walls_avx2(const WideField&, const WideWalls&) {}

#endif

}  // namespace pitlane
