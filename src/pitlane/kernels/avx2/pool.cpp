#include "pitlane/kernels/avx2/vector.h"
#include "pitlane/kernels/levels.h"
#include "pitlane/kernels/pool_body.h"

namespace pitlane::kernels {

void max_pool_avx2(const Pool& p) { max_pool_body<Avx2>(p); }
void average_pool_avx2(const Pool& p) { average_pool_body<Avx2>(p); }

}  // namespace pitlane::kernels
