#include "pitlane/kernels/avx512/vector.h"
#include "pitlane/kernels/conv_i8_body.h"
#include "pitlane/kernels/levels.h"

namespace pitlane::kernels {

void conv_i8_avx512(const ConvI8& c) { conv_i8_body<Avx512>(c, c.input); }

}  // namespace pitlane::kernels
