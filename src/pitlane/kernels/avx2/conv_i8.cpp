#include "pitlane/kernels/avx2/vector.h"
#include "pitlane/kernels/conv_i8_body.h"
#include "pitlane/kernels/levels.h"

namespace pitlane::kernels {

void conv_i8_avx2(const ConvI8& c) { conv_i8_body<Avx2>(c); }

}  // namespace pitlane::kernels
