#include "pitlane/kernels/avx2/vector.h"
#include "pitlane/kernels/grouped_body.h"
#include "pitlane/kernels/levels.h"

namespace pitlane::kernels {

void grouped_f32_avx2(const GroupedF32& c) { grouped_f32_body<Avx2>(c); }
void grouped_i8_avx2(const GroupedI8& c) { grouped_i8_body(c); }

}  // namespace pitlane::kernels
