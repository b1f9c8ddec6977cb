#include "pitlane/kernels/avx512/vector.h"
#include "pitlane/kernels/levels.h"
#include "pitlane/kernels/pool_body.h"

namespace pitlane::kernels {

void max_pool_avx512(const Pool& p) { max_pool_body<Avx512>(p); }
void average_pool_avx512(const Pool& p) { average_pool_body<Avx512>(p); }

}  // namespace pitlane::kernels
