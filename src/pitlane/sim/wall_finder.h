// Where rays over flat ground meet the walls along a line.
#pragma once

#include <cstddef>
#include <vector>

#include "pitlane/sim/distance_field.h"
#include "pitlane/sim/wide_field.h"

namespace pitlane {

/// Rays from one eye, in cells of the field from its origin. A multiple of a ray's direction is a depth in metres: `dx`
/// and `dy` are cells per metre of depth. Both are equally long, a multiple of kBlock.
struct WallRays {
  float eye_x = 0, eye_y = 0;
  std::vector<float> dx, dy;
};

struct WallHits {
  std::vector<float> depth_m;  ///< negative where there is no wall up to the limit
  std::vector<float> facing;   ///< 1: head on; 0: along the wall; only where there is one
};

/// Walls stand where the distance to the line passes `wall_m`, from either side. Steps by what the field guarantees to
/// be free, so a wall is found to a fraction of a millimetre. The first wall of each ray counts. `hits` is made as long
/// as the rays; what it says where there is a wall has the same bits whatever the code is.
void find_walls(const DistanceField& field, const WallRays& rays, float wall_m, float limit_m, WallHits& hits,
                CameraCode code = fastest_code());

}  // namespace pitlane
