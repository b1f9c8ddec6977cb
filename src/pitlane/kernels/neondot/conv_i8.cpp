#include "pitlane/kernels/conv_i8_body.h"
#include "pitlane/kernels/levels.h"
#include "pitlane/kernels/neondot/vector.h"

namespace pitlane::kernels {

void conv_i8_neondot(const ConvI8& c) { conv_i8_body<NeonDot>(c, c.input); }

}  // namespace pitlane::kernels
