#include "pitlane/kernels/levels.h"
#include "pitlane/kernels/lstm_body.h"
#include "pitlane/kernels/neon/vector.h"

namespace pitlane::kernels {

void lstm_neon(const Lstm& l) { lstm_body<NeonFloat>(l); }

}  // namespace pitlane::kernels
