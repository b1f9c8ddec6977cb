#include "pitlane/kernels/conv_f32_body.h"
#include "pitlane/kernels/levels.h"
#include "pitlane/kernels/neon/vector.h"

namespace pitlane::kernels {

void conv_f32_neon(const ConvF32& c) { conv_f32_body<NeonFloat>(c); }

}  // namespace pitlane::kernels
