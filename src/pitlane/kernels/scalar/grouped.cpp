#include "pitlane/kernels/grouped_body.h"
#include "pitlane/kernels/levels.h"

namespace pitlane::kernels {

void grouped_f32_scalar(const GroupedF32& c) { grouped_f32_body<OneLane>(c); }
void grouped_i8_scalar(const GroupedI8& c) { grouped_i8_body(c); }

}  // namespace pitlane::kernels
