// Where rays over flat ground meet the walls along a line.
#pragma once

#include <span>

#include "pitlane/sim/distance_field.h"
#include "pitlane/sim/ground_row.h"

namespace pitlane {

/// kBlock rays from one eye. A multiple of a ray's direction is a depth.
struct WallRays {
  double eye_x_m, eye_y_m;
  double dx[kBlock], dy[kBlock];
};

struct WallHits {
  double depth[kBlock];   ///< negative where there is no wall up to the limit
  double facing[kBlock];  ///< 1: head on; 0: along the wall; only where there is one
};

/// Walls stand where the distance to the line passes `wall_m`, from either side. Steps by what the field guarantees to
/// be free, so a wall is found to a fraction of a millimetre. The first wall of each ray counts.
void find_walls(const DistanceField& field, const WallRays& rays, double wall_m, double limit, WallHits& hits);

}  // namespace pitlane
