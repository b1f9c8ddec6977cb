#include "pitlane/kernels/avx512vnni/vector.h"
#include "pitlane/kernels/conv_i8_body.h"
#include "pitlane/kernels/levels.h"

namespace pitlane::kernels {

void conv_i8_avx512vnni(const ConvI8& c) { conv_i8_body<Avx512Vnni>(c, c.input); }

}  // namespace pitlane::kernels
