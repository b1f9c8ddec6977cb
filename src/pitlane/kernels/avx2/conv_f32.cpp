#include "pitlane/kernels/avx2/vector.h"
#include "pitlane/kernels/conv_f32_body.h"
#include "pitlane/kernels/levels.h"

namespace pitlane::kernels {

void conv_f32_avx2(const ConvF32& c) { conv_f32_body<FloatSteps<Avx2>>(c, c.input); }

}  // namespace pitlane::kernels
