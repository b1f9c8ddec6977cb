#include "pitlane/kernels/dense_body.h"
#include "pitlane/kernels/levels.h"
#include "pitlane/kernels/neondot/vector.h"

namespace pitlane::kernels {

void dense_i8_neondot(const DenseI8& d) { dense_i8_body<NeonDot>(d); }
LevelLayouts layouts_neondot() { return {NeonDot::kConvF32, NeonDot::kConvI8, NeonDot::kDenseF32, NeonDot::kDenseI8}; }

}  // namespace pitlane::kernels
