// Ground of several kinds in one block of columns.
#pragma once

#include "pitlane/sim/distance_field.h"
#include "pitlane/sim/ground_blocks.h"
#include "pitlane/sim/ground_row.h"
#include "pitlane/sim/ground_texture.h"

namespace pitlane {

/// Adds the colours of a block whose columns are `u`: each pixel asks how far it is from the line. The same bits as
/// add_tint() where only one kind of ground is there.
void add_mixed(const DistanceField& field, const GroundTexture& texture, const Bands& bands, const GroundRow& row,
               const float* u, float* r, float* g, float* b);

}  // namespace pitlane
