// A layer between two pictures, as kernels and packing want it said.
#pragma once

#include "pitlane/engine/layer_steps.h"
#include "pitlane/kernels/kernel_args.h"
#include "pitlane/kernels/pack.h"

namespace pitlane {

kernels::ConvGeometry geometry_of(const LayerShape& shape, const Picture& from, const Picture& to);
kernels::WeightSize size_of(const LayerShape& shape, const Picture& from);
kernels::GroupGeometry group_geometry_of(const LayerShape& shape, const Picture& from, const Picture& to);
kernels::GroupSize group_size_of(const LayerShape& shape, const Picture& from);

}  // namespace pitlane
