#include "pitlane/kernels/levels.h"
#include "pitlane/kernels/lstm_body.h"

namespace pitlane::kernels {

void lstm_scalar(const Lstm& l) { lstm_body<OneLane>(l); }

}  // namespace pitlane::kernels
