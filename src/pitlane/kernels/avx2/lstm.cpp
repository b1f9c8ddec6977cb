#include "pitlane/kernels/avx2/vector.h"
#include "pitlane/kernels/levels.h"
#include "pitlane/kernels/lstm_body.h"

namespace pitlane::kernels {

void lstm_avx2(const Lstm& l) { lstm_body<Avx2>(l); }

}  // namespace pitlane::kernels
