#include "pitlane/kernels/dense_body.h"
#include "pitlane/kernels/levels.h"
#include "pitlane/kernels/neon/vector.h"

namespace pitlane::kernels {

void dense_f32_neon(const DenseF32& d) { dense_float_body<NeonFloat>(d); }
void dense_f16_neon(const DenseF16& d) { dense_float_body<NeonFloat>(d); }
void dense_i8_neon(const DenseI8& d) { dense_i8_body<Neon>(d); }
LevelLayouts layouts_neon() { return {Neon::kConvF32, Neon::kConvI8, Neon::kDenseF32, Neon::kDenseI8}; }

}  // namespace pitlane::kernels
