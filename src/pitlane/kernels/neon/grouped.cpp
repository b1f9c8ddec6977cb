#include "pitlane/kernels/grouped_body.h"
#include "pitlane/kernels/levels.h"
#include "pitlane/kernels/neon/vector.h"

namespace pitlane::kernels {

void grouped_f32_neon(const GroupedF32& c) { grouped_f32_body<NeonFloat>(c); }
void grouped_i8_neon(const GroupedI8& c) { grouped_i8_body(c); }

}  // namespace pitlane::kernels
