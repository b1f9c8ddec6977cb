#include "pitlane/kernels/conv_i8_body.h"
#include "pitlane/kernels/levels.h"
#include "pitlane/kernels/neon/vector.h"

namespace pitlane::kernels {

void conv_i8_neon(const ConvI8& c) { conv_i8_body<Neon>(c, c.input); }

}  // namespace pitlane::kernels
