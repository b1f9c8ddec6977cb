#include "pitlane/kernels/levels.h"
#include "pitlane/kernels/neon/vector.h"
#include "pitlane/kernels/pool_body.h"

namespace pitlane::kernels {

void max_pool_neon(const Pool& p) { max_pool_body<NeonFloat>(p); }
void average_pool_neon(const Pool& p) { average_pool_body<NeonFloat>(p); }

}  // namespace pitlane::kernels
