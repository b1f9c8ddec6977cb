#include "pitlane/kernels/levels.h"
#include "pitlane/kernels/pool_body.h"

namespace pitlane::kernels {

void max_pool_scalar(const Pool& p) { max_pool_body<OneLane>(p); }
void average_pool_scalar(const Pool& p) { average_pool_body<OneLane>(p); }

}  // namespace pitlane::kernels
