#include "pitlane/kernels/avx512/vector.h"
#include "pitlane/kernels/grouped_body.h"
#include "pitlane/kernels/levels.h"

namespace pitlane::kernels {

void grouped_f32_avx512(const GroupedF32& c) { grouped_f32_body<Avx512>(c); }
void grouped_i8_avx512(const GroupedI8& c) { grouped_i8_body(c); }

}  // namespace pitlane::kernels
